/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs test vectors on drivers of the kernel by /dev/crypto_test.
 *
 * A vector is a line of fields, separated by blanks, bytes in hexadecimal, "-"
 * for nothing:
 *
 *   driver kind flags key iv assoc input output auth-size entry-size result iv-after
 *
 * kind: skcipher, aead, hash or akcipher. flags: letters d (decrypt), p (in
 * place), s (in steps). result: ok or the name of an errno; output and iv-after
 * are compared when it is ok. show: the operation succeeds, and its output,
 * which nobody can foretell, is printed: OUTPUT <number of the line> <bytes>.
 */
#include "crypto.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "check.h"
#include "crypto_test.h"

enum { FIELDS = 12 };

struct bytes {
	uint8_t *data;
	uint32_t size;
};

/* Vectors of one driver that follow each other. */
struct group {
	char driver[CRYPTO_TEST_NAME_SIZE];
	unsigned int made;
	unsigned int good;
};

static int digit(char letter)
{
	const char *digits = "0123456789abcdef";
	const char *found = letter ? strchr(digits, letter) : NULL;

	return found ? (int)(found - digits) : -1;
}

/* False when the text is no sequence of bytes. The caller frees data. */
static bool parse_bytes(const char *text, struct bytes *bytes)
{
	size_t length = strcmp(text, "-") ? strlen(text) : 0;
	size_t i;

	bytes->size = length / 2;
	bytes->data = calloc(1, length / 2 + 1);
	if (!bytes->data || length % 2)
		return false;
	for (i = 0; i < length; i += 2) {
		int high = digit(text[i]);
		int low = digit(text[i + 1]);

		if (high < 0 || low < 0)
			return false;
		bytes->data[i / 2] = high << 4 | low;
	}
	return true;
}

static int parse_kind(const char *text)
{
	static const char *const kinds[] = {
		[CRYPTO_TEST_SKCIPHER] = "skcipher",
		[CRYPTO_TEST_AEAD] = "aead",
		[CRYPTO_TEST_HASH] = "hash",
		[CRYPTO_TEST_AKCIPHER] = "akcipher",
	};
	int i;

	for (i = 0; i < (int)(sizeof(kinds) / sizeof(*kinds)); i++)
		if (!strcmp(text, kinds[i]))
			return i;
	return -1;
}

static uint32_t parse_flags(const char *text)
{
	return (strchr(text, 'd') ? CRYPTO_TEST_DECRYPT : 0) |
	       (strchr(text, 'p') ? CRYPTO_TEST_IN_PLACE : 0) |
	       (strchr(text, 's') ? CRYPTO_TEST_STEPS : 0);
}

static bool same(const struct bytes *expected, const uint8_t *seen,
		 uint32_t size)
{
	return expected->size == size && !memcmp(expected->data, seen, size);
}

static const char *show(const struct crypto_test_job *job, unsigned int number)
{
	const uint8_t *output = (const void *)(uintptr_t)job->output;
	uint32_t i;

	printf("OUTPUT %u ", number);
	for (i = 0; i < job->output_size; i++)
		printf("%02x", output[i]);
	putchar('\n');
	return "ok";
}

/* What went wrong with a job, or "ok". */
static const char *judge(unsigned int number, int device,
			 struct crypto_test_job *job, const char *result,
			 const struct bytes *output,
			 const struct bytes *iv_after)
{
	const char *seen;

	if (ioctl(device, CRYPTO_TEST_RUN, job))
		return text("ioctl:%s", errno_name(errno));
	seen = errno_name(-job->result);
	if (!job->result && !strcmp(result, "show"))
		return show(job, number);
	if (strcmp(seen, result))
		return text("result:%s", seen);
	if (job->result)
		return "ok";
	if (!same(output, (const void *)(uintptr_t)job->output,
		  job->output_size))
		return "output";
	if (iv_after->size &&
	    !same(iv_after, (const void *)(uintptr_t)job->iv, job->iv_size))
		return "iv-after";
	return "ok";
}

/* Runs one vector; "ok" or what is wrong. */
static const char *run(int device, unsigned int number, char *fields[FIELDS])
{
	struct bytes key = { 0 }, iv = { 0 }, assoc = { 0 }, input = { 0 };
	struct bytes output = { 0 }, after = { 0 };
	struct crypto_test_job job = { 0 };
	const char *verdict = "not-a-vector";
	int kind = parse_kind(fields[1]);
	uint8_t *space = NULL;

	if (kind >= 0 && parse_bytes(fields[3], &key) &&
	    parse_bytes(fields[4], &iv) && parse_bytes(fields[5], &assoc) &&
	    parse_bytes(fields[6], &input) && parse_bytes(fields[7], &output) &&
	    parse_bytes(fields[11], &after)) {
		space = calloc(1, output.size + 1);
		snprintf(job.driver, sizeof(job.driver), "%s", fields[0]);
		job.kind = kind;
		job.flags = parse_flags(fields[2]);
		job.key = (uintptr_t)key.data;
		job.iv = (uintptr_t)iv.data;
		job.assoc = (uintptr_t)assoc.data;
		job.input = (uintptr_t)input.data;
		job.output = (uintptr_t)space;
		job.key_size = key.size;
		job.iv_size = iv.size;
		job.assoc_size = assoc.size;
		job.input_size = input.size;
		job.output_size = output.size;
		job.auth_size = atoi(fields[8]);
		job.entry_size = atoi(fields[9]);
		verdict = judge(number, device, &job, fields[10], &output,
				&after);
	}
	free(key.data);
	free(iv.data);
	free(assoc.data);
	free(input.data);
	free(output.data);
	free(after.data);
	free(space);
	return verdict;
}

static void finish(const struct group *group)
{
	if (group->made)
		check_named(text("%u", group->made), text("%u", group->good),
			    "vectors.%s", group->driver);
}

/* One line of the file; prints a line of its own for each vector that fails. */
static void run_line(int device, char *line, unsigned int number,
		     struct group *group)
{
	char *fields[FIELDS];
	char *rest = line;
	const char *verdict;
	int i;

	for (i = 0; i < FIELDS; i++) {
		fields[i] = strsep(&rest, " \n");
		if (!fields[i] || !*fields[i]) {
			check_impossible("vectors.line",
					 text("line-%u-has-%d-fields", number,
					      i));
			return;
		}
	}
	if (strcmp(group->driver, fields[0])) {
		finish(group);
		*group = (struct group){ 0 };
		snprintf(group->driver, sizeof(group->driver), "%s",
			 fields[0]);
	}
	verdict = run(device, number, fields);
	group->made++;
	if (!strcmp(verdict, "ok"))
		group->good++;
	else
		printf("VECTOR line=%u driver=%s flags=%s bytes=%zu wrong=%s\n",
		       number, fields[0], fields[2], strlen(fields[6]) / 2,
		       verdict);
}

int crypto_vectors(const char *path)
{
	int device = open("/dev/crypto_test", O_RDWR | O_CLOEXEC);
	FILE *file = fopen(path, "re");
	struct group group = { 0 };
	unsigned int number = 0;
	size_t space = 0;
	char *line = NULL;

	if (device < 0) {
		perror("svp-crypto: /dev/crypto_test");
	} else if (!file) {
		fprintf(stderr, "svp-crypto: %s: %s\n", path, strerror(errno));
	} else {
		while (getline(&line, &space, file) > 0)
			run_line(device, line, ++number, &group);
		finish(&group);
	}
	free(line);
	if (file)
		fclose(file);
	if (device >= 0)
		close(device);
	return check_status();
}
