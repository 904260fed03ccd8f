/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib.h>
#include <string.h>
#include <unistd.h>

#include "supervisor/ring.h"

#define SIZE 4096

static void
feed(Ring *ring, uint64_t keep, const unsigned char *data, size_t size)
{
    struct iovec parts[2];
    int n = ring_space(ring, keep, parts);

    for (int i = 0; i < n && size > 0; i++) {
        size_t part = MIN(size, parts[i].iov_len);

        memcpy(parts[i].iov_base, data, part);
        ring_advance(ring, part);
        data += part;
        size -= part;
    }
    g_assert_cmpuint(size, ==, 0);
}

/* Byte n of the stream is a function of n, so that any window can be checked. */
static unsigned char
byte_at(uint64_t n)
{
    return (unsigned char)(n * 7 + n / 251);
}

static void
check_window(const Ring *ring, uint64_t from)
{
    struct iovec parts[2];
    int n = ring_data(ring, from, parts);
    uint64_t at = from;

    for (int i = 0; i < n; i++)
        for (size_t k = 0; k < parts[i].iov_len; k++)
            g_assert_cmpint(((unsigned char *)parts[i].iov_base)[k], ==, byte_at(at++));
    g_assert_cmpuint(at, ==, ring->head);
}

static void
test_stream(void)
{
    Ring ring;
    unsigned char piece[1000];

    g_assert_cmpint(ring_open(&ring, SIZE), ==, 0);
    for (int round = 0; round < 50; round++) {
        size_t size = 1 + (size_t)round * 19;

        for (size_t k = 0; k < size; k++)
            piece[k] = byte_at(ring.head + k);
        feed(&ring, ring.head, piece, size);
        check_window(&ring, ring_oldest(&ring));
        check_window(&ring, ring.head - MIN(ring.head, 100));
    }
    g_assert_cmpuint(ring.head, >, 4 * SIZE);
    g_assert_cmpuint(ring_oldest(&ring), ==, ring.head - SIZE);
    ring_close(&ring);
}

static void
test_space(void)
{
    Ring ring;
    struct iovec parts[2];
    unsigned char piece[SIZE] = {0};

    g_assert_cmpint(ring_open(&ring, SIZE), ==, 0);
    g_assert_cmpint(ring_data(&ring, 0, parts), ==, 0);
    g_assert_cmpint(ring_space(&ring, 0, parts), ==, 1);
    g_assert_cmpuint(parts[0].iov_len, ==, SIZE);
    feed(&ring, 0, piece, SIZE);
    g_assert_cmpint(ring_space(&ring, 0, parts), ==, 0);         /* all is needed */
    g_assert_cmpint(ring_space(&ring, ring.head, parts), ==, 1); /* nothing is */
    g_assert_cmpint(ring_space(&ring, 10, parts), ==, 1);
    g_assert_cmpuint(parts[0].iov_len, ==, 10);
    feed(&ring, 10, piece, 10);
    g_assert_cmpint(ring_space(&ring, ring.head, parts), ==, 2); /* over the end */
    g_assert_cmpuint(parts[0].iov_len + parts[1].iov_len, ==, SIZE);
    ring_close(&ring);
    ring_close(&ring);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/supervisor/ring/stream", test_stream);
    g_test_add_func("/supervisor/ring/space", test_space);
    return g_test_run();
}
