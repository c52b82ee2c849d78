/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * membench [MEBIBYTES]: memory speed as a program in the guest sees it.
 *
 * Prints one line a measurement: BENCH <name> <value> <unit>. The default is
 * 32 MiB, far more than any cache of the modelled board. Each sequential
 * figure is the best of several passes, since the host has other work to do.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

enum { PASSES = 5, LINE_WORDS = 8, RANDOM_STEPS = 2000000 };

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static volatile uint64_t sink;

static void read_words(uint64_t *words, size_t count)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < count; i += 4)
		sum += words[i] + words[i + 1] + words[i + 2] + words[i + 3];
	sink = sum;
}

static void write_words(uint64_t *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		words[i] = i;
	__asm__ volatile("" : : "r"(words) : "memory");
}

static void copy_words(uint64_t *words, size_t count)
{
	memcpy(words, words + count / 2, count / 2 * sizeof(*words));
	__asm__ volatile("" : : "r"(words) : "memory");
}

static void best_of(const char *name, void (*work)(uint64_t *, size_t),
		    uint64_t *words, size_t count, size_t moved)
{
	double best = 1e30;

	for (int pass = 0; pass < PASSES; pass++) {
		double start = now();

		work(words, count);
		start = now() - start;
		best = start < best ? start : best;
	}
	printf("BENCH %s %.1f MiB/s\n", name,
	       (double)moved / (1 << 20) / best);
}

/* A chain of dependent loads that visits every line once in random order
 * (Sattolo's algorithm makes one single cycle). */
static void random_chain(uint64_t *words, size_t lines)
{
	uint64_t state = 88172645463325252ull;
	uint64_t at = 0;
	double start;

	for (size_t i = 0; i < lines; i++)
		words[i * LINE_WORDS] = i;
	for (size_t i = lines - 1; i > 0; i--) {
		size_t j;
		uint64_t swap;

		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		j = state % i;
		swap = words[i * LINE_WORDS];
		words[i * LINE_WORDS] = words[j * LINE_WORDS];
		words[j * LINE_WORDS] = swap;
	}
	start = now();
	for (int i = 0; i < RANDOM_STEPS; i++)
		at = words[at * LINE_WORDS];
	start = now() - start;
	sink = at;
	printf("BENCH random-read %.2f ns\n", start / RANDOM_STEPS * 1e9);
}

int main(int argc, char **argv)
{
	unsigned long mebibytes = argc > 1 ? strtoul(argv[1], NULL, 10) : 32;
	size_t size = mebibytes << 20;
	uint64_t *words;

	if (argc > 2 || mebibytes < 1 || mebibytes > 2048) {
		fputs("usage: membench [MEBIBYTES]  (1 to 2048)\n", stderr);
		return 2;
	}
	words = mmap(NULL, size, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (words == MAP_FAILED) {
		perror("membench: mmap");
		return 1;
	}
	best_of("sequential-write", write_words, words, size / 8, size);
	best_of("sequential-read", read_words, words, size / 8, size);
	best_of("copy", copy_words, words, size / 8, size / 2);
	random_chain(words, size / (8 * LINE_WORDS));
	return 0;
}
