/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* conf/xml/limits.h - how large a document from outside may be, and why.
 *
 * Every limit is met before the memory behind it is allocated.
 */
#pragma once

/* 4 MiB: the longest string that libvirt's wire carries, so whatever a client can send can be
 * looked at, and nothing larger can come back out. Real guests are below 64 KiB. */
#define XML_BYTES_MAX (4 * 1024 * 1024)

/* Nesting. Our own elements need 6; foreign metadata rarely needs 10. Walks are recursive. */
#define XML_DEPTH_MAX 64

/* Elements in one document: 100,000 nodes take about 10 MiB. */
#define XML_NODES_MAX 100000

/* Attributes of one element, namespace declarations included; the check for doubles is quadratic. */
#define XML_ATTRS_MAX 64

/* Namespace declarations in force at one place; each prefix is looked up through all of them. */
#define XML_NAMESPACES_MAX 64

/* What a message quotes of a value; the rest is cut. */
#define XML_QUOTE_MAX 80

/* Warnings of one document; more would only hide the first ones. */
#define XML_WARNINGS_MAX 100
