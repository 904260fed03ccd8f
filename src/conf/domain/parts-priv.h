/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* conf/domain/parts-priv.h - what each element family offers to domain.c.
 *
 * _parse reads the family's elements below <domain> or <devices> (or one device element) into @def;
 * _format prints them; _copy fills a cleared destination; _clear frees what the family owns.
 */
#pragma once

#include "conf/domain/domain.h"
#include "conf/xml/tree.h"

/* Counts and lengths that one guest may have; the reason stands beside each. */
#define DOMAIN_ARGS_MAX      500  /* initarg: a plan line holds 512 arguments */
#define DOMAIN_ENV_MAX       1000 /* initenv: ARG_MAX is met long before with useful values */
#define DOMAIN_DEVICES_MAX   1000 /* of one kind: the plan is 1 MiB at most */
#define DOMAIN_ADDRESSES_MAX 256  /* and routes of one interface; the plan is 1 MiB at most */
#define DOMAIN_CONSOLES_MAX  64   /* ttys that one supervisor drains */
#define DOMAIN_IDMAP_MAX     340  /* the kernel's UID_GID_MAP_MAX_EXTENTS */
#define DOMAIN_SYSCALLS_MAX  500  /* a plan line holds 512 arguments */
#define DOMAIN_VCPUS_MAX     16384
#define DOMAIN_TITLE_MAX     4096 /* bytes; a line in listings */

/* basic.c: type, id, name, uuid, title, description, memory, clock, events, seclabel */
gboolean domain_basic_parse(XmlTree *tree, XmlNode *root, DomainDef *def, GError **error);
gboolean domain_basic_parse_events(XmlTree *tree, XmlNode *root, DomainDef *def, GError **error);
gboolean domain_basic_parse_tail(XmlTree *tree, XmlNode *root, DomainDef *def, GError **error);
void domain_basic_format_names(const DomainDef *def, GString *out);
void domain_basic_format_memory(const DomainDef *def, GString *out);
void domain_basic_format_actions(const DomainDef *def, GString *out);
void domain_basic_format_events(const DomainDef *def, GString *out);

/* os.c */
gboolean domain_os_parse(XmlTree *tree, XmlNode *root, DomainOs *os, GError **error);
gboolean domain_os_parse_arch(XmlTree *tree, XmlNode *type, DomainOs *os, GError **error);
void domain_os_init(DomainOs *os); /* no arguments, no environment */
void domain_os_format(const DomainOs *os, GString *out);
void domain_os_copy(const DomainOs *from, DomainOs *to);
void domain_os_clear(DomainOs *os);

/* features.c */
gboolean domain_features_parse(XmlTree *tree, XmlNode *root, DomainFeatures *features,
                               GError **error);
void domain_features_format(const DomainFeatures *features, GString *out);

/* tune.c: blkiotune, memtune, vcpu, cputune, resource; cpuset.c: the list of CPUs */
void domain_tune_init(DomainTune *tune);
gboolean domain_tune_parse(XmlTree *tree, XmlNode *root, DomainTune *tune, GError **error);
void domain_tune_format(const DomainDef *def, GString *out); /* with a machine's memoryBacking */
void domain_tune_copy(const DomainTune *from, DomainTune *to);
void domain_tune_clear(DomainTune *tune);
char *domain_cpuset_canonical(const char *text, GError **error); /* "3,0-1,2" -> "0-3" */

/* idmap.c */
gboolean domain_idmap_parse(XmlTree *tree, XmlNode *root, DomainDef *def, GError **error);
void domain_idmap_format(const DomainDef *def, GString *out);

/* fs.c */
DomainFs *domain_fs_parse(XmlTree *tree, XmlNode *node, GError **error);
gboolean domain_fs_check(XmlTree *tree, XmlNode *devices, const DomainDef *def, GError **error);
void domain_fs_format(const DomainFs *fs, GString *out);
DomainFs *domain_fs_copy(const DomainFs *from);
void domain_fs_free(DomainFs *fs);

/* net.c, net-address.c */
DomainNet *domain_net_parse(XmlTree *tree, XmlNode *node, gboolean of_machine, GError **error);
void domain_net_format(const DomainNet *net, DomainFormatFlags flags, GString *out);
DomainNet *domain_net_copy(const DomainNet *from);
void domain_net_free(DomainNet *net);
void domain_net_copy_members(DomainNet *to); /* of a shallow copy */
void domain_net_clear(DomainNet *net);
void domain_net_init_addresses(DomainNet *net); /* empty lists */
gboolean domain_net_parse_addresses(XmlTree *tree, XmlNode *node, DomainNet *net, GError **error);
void domain_net_format_addresses(const DomainNet *net, GString *out);

/* console.c */
DomainConsole *domain_console_parse(XmlTree *tree, XmlNode *node, GError **error);
void domain_console_format(const DomainConsole *console, DomainFormatFlags flags, GString *out);
DomainConsole *domain_console_copy(const DomainConsole *from);
void domain_console_free(DomainConsole *console);

/* hostdev.c */
DomainHostdev *domain_hostdev_parse(XmlTree *tree, XmlNode *node, GError **error);
void domain_hostdev_format(const DomainHostdev *hostdev, GString *out);
DomainHostdev *domain_hostdev_copy(const DomainHostdev *from);
void domain_hostdev_free(DomainHostdev *hostdev);

/* devices.c: <devices> and what every device may carry */
gboolean domain_devices_check_names(XmlTree *tree, const DomainDef *def, GError **error);
gboolean domain_devices_parse(XmlTree *tree, XmlNode *root, DomainDef *def, GError **error);
void domain_devices_format(const DomainDef *def, DomainFormatFlags flags, GString *out);
gboolean domain_emulator_parse(XmlTree *tree, XmlNode *devices, DomainDef *def, GError **error);
gboolean domain_device_drop_common(XmlTree *tree, XmlNode *node, GError **error);

/* lodge-ns.c */
void domain_confine_init(DomainConfine *confine);
gboolean domain_confine_parse(XmlTree *tree, XmlNode *root, DomainDef *def, GError **error);
/* What is in our namespace and was not read: an error, with the near name. */
gboolean domain_confine_refuse(XmlTree *tree, GError **error);
gboolean domain_confine_is_default(const DomainDef *def);
void domain_confine_format(const DomainDef *def, GString *out);
void domain_confine_copy(const DomainConfine *from, DomainConfine *to);
void domain_confine_clear(DomainConfine *confine);

/* refused.c */
gboolean domain_refuse_known(XmlTree *tree, GError **error); /* of containers */
