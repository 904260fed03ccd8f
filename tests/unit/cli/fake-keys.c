/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* fake-keys.c - the keyboard of the made-up library: real tables, guests that print what they get. */
#include <lodge/lodge-keys.h>
#include <stdio.h>

#include "fake.h"
#include "keycode/table.h"

int
lodge_keycode_set(const char *name)
{
    return keycode_set_from_name(name, NULL);
}

int
lodge_keycode_parse(int set, const char *word, unsigned int *code)
{
    return keycode_parse(set, word, code, NULL) ? 0 : -1;
}

const char *
lodge_keycode_name(int set, unsigned int code)
{
    return keycode_to_name(set, code);
}

int
lodge_keycode_translate(unsigned int code, int from, int to, unsigned int *ret)
{
    return keycode_translate(code, from, to, ret, NULL) ? 0 : -1;
}

int
lodge_keycode_list(int set, unsigned int **codes)
{
    gsize n = 0;

    *codes = keycode_codes(set, &n);
    return *codes ? (int)n : -1;
}

int
lodge_domain_send_keys(virDomainPtr dom, const char *script, unsigned int flags)
{
    printf("keys to %s:\n%s", virDomainGetName(dom), script);
    return 0;
}

int
virDomainSendKey(virDomainPtr dom, unsigned int codeset, unsigned int holdtime, unsigned int *codes,
                 int n_codes, unsigned int flags)
{
    printf("chord to %s, held %u ms:", virDomainGetName(dom), holdtime);
    for (int i = 0; i < n_codes; i++)
        printf(" %s", keycode_to_name((int)codeset, codes[i]));
    printf("\n");
    return 0;
}
