/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* lodge/libvirt-common.h - version, object names and typed parameters. */
#ifndef LODGE_LIBVIRT_COMMON_H
#define LODGE_LIBVIRT_COMMON_H

#include <stddef.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define VIR_DEPRECATED __attribute__((deprecated))
#else
#define VIR_DEPRECATED
#endif

#ifndef VIR_EXPORT_VAR
#define VIR_EXPORT_VAR extern
#endif

/* The level of libvirt's API that these headers follow; lodge's own version is lodge_version(). */
#define LIBVIR_VERSION_NUMBER 9000000
#define LIBVIR_CHECK_VERSION(major, minor, micro)                                                  \
    ((major)*1000000 + (minor)*1000 + (micro) <= LIBVIR_VERSION_NUMBER)

#define VIR_UUID_BUFLEN        16       /* bytes of a raw uuid */
#define VIR_UUID_STRING_BUFLEN (36 + 1) /* characters of a formatted uuid, with the NUL */

typedef struct _virConnect virConnect;
typedef virConnect *virConnectPtr;
typedef struct _virDomain virDomain;
typedef virDomain *virDomainPtr;
typedef struct _virNetwork virNetwork;
typedef virNetwork *virNetworkPtr;
typedef struct _virStream virStream;
typedef virStream *virStreamPtr;

typedef void (*virFreeCallback)(void *opaque);

/* Which of the two configurations a call reads or changes. */
typedef enum {
    VIR_DOMAIN_AFFECT_CURRENT = 0,     /* the live one of a running guest, else the stored one */
    VIR_DOMAIN_AFFECT_LIVE = 1 << 0,   /* the running guest */
    VIR_DOMAIN_AFFECT_CONFIG = 1 << 1, /* the stored configuration: the next start */
} virDomainModificationImpact;

typedef enum {
    VIR_TYPED_PARAM_INT = 1,
    VIR_TYPED_PARAM_UINT = 2,
    VIR_TYPED_PARAM_LLONG = 3,
    VIR_TYPED_PARAM_ULLONG = 4,
    VIR_TYPED_PARAM_DOUBLE = 5,
    VIR_TYPED_PARAM_BOOLEAN = 6,
    VIR_TYPED_PARAM_STRING = 7,
    VIR_TYPED_PARAM_LAST
} virTypedParameterType;

typedef enum {
    VIR_TYPED_PARAM_STRING_OKAY = 1 << 2, /* the caller knows parameters of type string */
} virTypedParameterFlags;

#define VIR_TYPED_PARAM_FIELD_LENGTH 80

struct _virTypedParameter {
    char field[VIR_TYPED_PARAM_FIELD_LENGTH];
    int type; /* virTypedParameterType; 0 means: skip this entry */
    union {
        int i;
        unsigned int ui;
        long long int l;
        unsigned long long int ul;
        double d;
        char b;
        char *s; /* malloc'ed; virTypedParamsClear() frees it */
    } value;
};
typedef struct _virTypedParameter virTypedParameter;
typedef virTypedParameter *virTypedParameterPtr;

virTypedParameterPtr virTypedParamsGet(virTypedParameterPtr params, int nparams, const char *name);
int virTypedParamsGetInt(virTypedParameterPtr params, int nparams, const char *name, int *value);
int virTypedParamsGetUInt(virTypedParameterPtr params, int nparams, const char *name,
                          unsigned int *value);
int virTypedParamsGetLLong(virTypedParameterPtr params, int nparams, const char *name,
                           long long *value);
int virTypedParamsGetULLong(virTypedParameterPtr params, int nparams, const char *name,
                            unsigned long long *value);
int virTypedParamsGetDouble(virTypedParameterPtr params, int nparams, const char *name,
                            double *value);
int virTypedParamsGetBoolean(virTypedParameterPtr params, int nparams, const char *name,
                             int *value);
int virTypedParamsGetString(virTypedParameterPtr params, int nparams, const char *name,
                            const char **value);
int virTypedParamsAddInt(virTypedParameterPtr *params, int *nparams, int *maxparams,
                         const char *name, int value);
int virTypedParamsAddUInt(virTypedParameterPtr *params, int *nparams, int *maxparams,
                          const char *name, unsigned int value);
int virTypedParamsAddLLong(virTypedParameterPtr *params, int *nparams, int *maxparams,
                           const char *name, long long value);
int virTypedParamsAddULLong(virTypedParameterPtr *params, int *nparams, int *maxparams,
                            const char *name, unsigned long long value);
int virTypedParamsAddDouble(virTypedParameterPtr *params, int *nparams, int *maxparams,
                            const char *name, double value);
int virTypedParamsAddBoolean(virTypedParameterPtr *params, int *nparams, int *maxparams,
                             const char *name, int value);
int virTypedParamsAddString(virTypedParameterPtr *params, int *nparams, int *maxparams,
                            const char *name, const char *value);
int virTypedParamsAddStringList(virTypedParameterPtr *params, int *nparams, int *maxparams,
                                const char *name, const char **values);
int virTypedParamsAddFromString(virTypedParameterPtr *params, int *nparams, int *maxparams,
                                const char *name, int type, const char *value);
void virTypedParamsClear(virTypedParameterPtr params, int nparams);
void virTypedParamsFree(virTypedParameterPtr params, int nparams);

#ifdef __cplusplus
}
#endif

#endif
