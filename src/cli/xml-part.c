/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/xml-part.h"

#include "cli/cli.h"
#include "cli/helper.h"

gboolean
xml_part_print(const Args *args, const char *xml)
{
    /* libxml2, which knows XPath, takes longer to load than all else that the command does */
    const char *const argv[] = {"lodge-xpath", args_text(args, "xpath"),
                                args_flag(args, "wrap") ? "--wrap" : NULL, NULL};

    if (argv[1]) {
        g_autofree char *parts = helper_run(argv, xml);

        if (parts)
            cli_print("%s", parts);
        return parts != NULL;
    }
    cli_print("%s%s", xml, g_str_has_suffix(xml, "\n") ? "" : "\n");
    return TRUE;
}
