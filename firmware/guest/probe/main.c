/* SPDX-License-Identifier: GPL-2.0-or-later */
/* svp-probe: the guest's half of the board's tests. */
#include "access.h"
#include "bridge.h"
#include "buffers.h"
#include "check.h"
#include "deny.h"
#include "heap.h"
#include "tee.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static const char usage[] =
	"usage: svp-probe COMMAND [--answer=zero|abort]\n"
	"Each check is a line: CHECK <name> expected=<v> seen=<v> ok|FAIL\n"
	"  proof               heaps, import, protect, optee and tzc\n"
	"  heaps               dma-buf heaps: allocation, refusal of the CPU\n"
	"  import              the heaps' buffers as a device driver gets them\n"
	"  protect             secure world fills, Linux reads and writes\n"
	"  optee               OP-TEE's own memory, ranges the TA refuses\n"
	"  tzc                 what the TZC-380 latches of a violation\n"
	"  access              every kind of CPU access, and over the edges\n"
	"  bridge              what /dev/secure_heap_tee refuses\n"
	"  regions             print the reserved regions\n"
	"  latches [clear]     print (then clear) the TZC-380's latches\n"
	"  fill ADDRESS BYTES VALUE      OP-TEE writes VALUE, VALUE + 1, ...\n"
	"  secure-read ADDRESS BYTES     what OP-TEE reads there\n"
	"  session UUID                  OP-TEE's answer, 32 hex digits\n"
	"  buffers PROCESS     takes its dma-bufs, tries to get at their bytes\n"
	"  peek ADDRESS WIDTH [COUNT]    loads of 1, 2, 4, 8 or 16 bytes\n"
	"  poke ADDRESS WIDTH VALUE      one store\n"
	"  hammer ADDRESS WIDTH COUNT    COUNT loads of the same place\n"
	"--answer: how a denied access ends (default zero)\n"
	"Exit status: 0 all checks ok, 1 a check failed, 2 usage\n";

static struct board board;

static bool read_board(void)
{
	int heaps = 0;

	board.count = tree_regions(board.regions, REGIONS_MAX);
	for (int i = 0; i < board.count; i++)
		heaps += board.regions[i].heap;
	check("board.heaps", "two-or-more",
	      heaps >= 2 ? "two-or-more" : text("%d", heaps));
	return heaps > 0;
}

static void each_heap(void (*checks)(const struct region *))
{
	for (int i = 0; i < board.count; i++)
		if (board.regions[i].heap)
			checks(&board.regions[i]);
}

static void each_heap_denied(void (*checks)(const struct board *,
					    const struct region *))
{
	int error = tee_open();

	check("tee.session", "ok", errno_name(error));
	if (error)
		return;
	for (int i = 0; i < board.count; i++)
		if (board.regions[i].heap)
			checks(&board, &board.regions[i]);
}

static void run_heaps(void)
{
	each_heap(heap_checks);
}

static void run_import(void)
{
	each_heap(import_checks);
}

static void run_protect(void)
{
	each_heap_denied(protect_checks);
}

static void run_optee(void)
{
	each_heap_denied(refusal_checks);
	optee_checks(&board);
}

static void run_tzc(void)
{
	each_heap_denied(latch_checks);
}

static void run_access(void)
{
	control_checks(&board);
	each_heap_denied(access_checks);
}

static void run_bridge(void)
{
	each_heap(bridge_checks);
}

static void run_proof(void)
{
	run_heaps();
	run_import();
	run_protect();
	run_optee();
	run_tzc();
}

static const struct {
	const char *name;
	void (*run)(void);
} groups[] = {
	{ "proof", run_proof },	    { "heaps", run_heaps },
	{ "import", run_import },   { "protect", run_protect },
	{ "optee", run_optee },	    { "tzc", run_tzc },
	{ "access", run_access },   { "bridge", run_bridge },
};

static int print_regions(void)
{
	board.count = tree_regions(board.regions, REGIONS_MAX);
	for (int i = 0; i < board.count; i++)
		printf("REGION 0x%" PRIx64 " 0x%" PRIx64 " %s %s%s\n",
		       board.regions[i].base, board.regions[i].size,
		       board.regions[i].node, board.regions[i].label,
		       board.regions[i].heap ? " heap" : "");
	return board.count < 0 ? 1 : 0;
}

/* One line: LATCHES status=<n>,address=0x<offset>,read|write,<world> */
static int print_latches(const char *clear)
{
	struct tzc_state state;
	int result;

	if (clear && strcmp(clear, "clear") != 0)
		return 2;
	if (tee_open()) {
		fputs("svp-probe: no session with the pseudo-TA\n", stderr);
		return 1;
	}
	result = tee_tzc(clear != NULL, &state);
	printf("LATCHES %s\n", result == TEE_OK ? latched(&state) :
						  tee_result_name(result));
	tee_close();
	return result == TEE_OK ? 0 : 1;
}

static bool parse_number(const char *word, uint64_t *number)
{
	char *end;

	errno = 0;
	*number = strtoull(word, &end, 0);
	return *word >= '0' && *word <= '9' && !*end && !errno;
}

/* One line: FILL 0x<address> ok, or the code of the pseudo-TA */
static int fill(char **words, int count)
{
	uint64_t address, length, value;
	int result;

	if (count != 3 || !parse_number(words[0], &address) ||
	    !parse_number(words[1], &length) || length > UINT32_MAX ||
	    !parse_number(words[2], &value) || value > UINT32_MAX)
		return 2;
	if (tee_open()) {
		fputs("svp-probe: no session with the pseudo-TA\n", stderr);
		return 1;
	}
	result = tee_fill(address, (uint32_t)length, (uint32_t)value);
	printf("FILL 0x%" PRIx64 " %s\n", address, tee_result_name(result));
	tee_close();
	return result == TEE_OK ? 0 : 1;
}

/* One line: SECURE-READ 0x<address> <bytes in hexadecimal> */
static int secure_read(char **words, int count)
{
	static uint8_t bytes[TEE_COPY_MAX];
	uint64_t address, length;
	int result;

	if (count != 2 || !parse_number(words[0], &address) ||
	    !parse_number(words[1], &length) || !length ||
	    length > sizeof(bytes))
		return 2;
	if (tee_open()) {
		fputs("svp-probe: no session with the pseudo-TA\n", stderr);
		return 1;
	}
	result = tee_read(address, bytes, (uint32_t)length);
	tee_close();
	if (result != TEE_OK) {
		fprintf(stderr, "svp-probe: secure-read: %s\n",
			tee_result_name(result));
		return 1;
	}
	printf("SECURE-READ 0x%" PRIx64 " ", address);
	for (uint64_t i = 0; i < length; i++)
		printf("%02x", bytes[i]);
	putchar('\n');
	return 0;
}

/* One line: SESSION ok, or OP-TEE's code */
static int try_session(const char *digits)
{
	uint8_t uuid[TEE_UUID_SIZE];
	int result;

	if (strlen(digits) != 2 * sizeof(uuid))
		return 2;
	for (size_t i = 0; i < sizeof(uuid); i++)
		if (sscanf(digits + 2 * i, "%2hhx", &uuid[i]) != 1)
			return 2;
	result = tee_try_session(uuid);
	printf("SESSION %s\n", tee_result_name(result));
	return result == TEE_OK ? 0 : 1;
}

/* One line a load: PEEK 0x<address> 0x<value>, or the outcome's name */
static int peek_or_poke(bool store, char **words, int count)
{
	uint64_t address, width, last = 1;
	union access_value value = { { 0 } };
	struct outcome outcome = { 0 };
	struct window window;
	int error;

	if (count < 2 + store || count > 3 || !parse_number(words[0], &address) ||
	    !parse_number(words[1], &width) || width > 16 ||
	    (width & (width - 1)) || !width || address % width ||
	    (count == 3 && !parse_number(words[2], &last)) ||
	    (!store && (last < 1 || last > 4096)))
		return 2;
	if (store) {
		value.doubles[0] = last;
		last = 1;
	}
	error = window_open(&window, MEMORY_DEVICE, address,
			    (size_t)(width * last), PROT_READ | PROT_WRITE);
	if (error) {
		fprintf(stderr, "svp-probe: map 0x%" PRIx64 ": %s\n", address,
			strerror(error));
		return 1;
	}
	for (uint64_t i = 0; i < last; i++) {
		outcome = access_once(store ? ACCESS_STORE : ACCESS_LOAD,
				      window.bytes + i * width,
				      (unsigned int)width, &value);
		printf("%s 0x%" PRIx64 " ", store ? "POKE" : "PEEK",
		       address + i * width);
		if (outcome.signal || store)
			puts(signal_outcome(outcome.signal));
		else
			printf("0x%016" PRIx64 "%016" PRIx64 "\n",
			       width == 16 ? value.doubles[1] : 0,
			       value.doubles[0]);
	}
	window_close(&window);
	return outcome.signal ? 1 : 0;
}

/* One line: HAMMER 0x<address> <count>, then "ok" or the first bad outcome */
static int hammer(char **words, int count)
{
	uint64_t address, width, loads, done = 0;
	union access_value value = { { 0 } };
	struct outcome outcome = { 0 };
	struct window window;
	int error;

	if (count != 3 || !parse_number(words[0], &address) ||
	    !parse_number(words[1], &width) || width > 16 ||
	    (width & (width - 1)) || !width || address % width ||
	    !parse_number(words[2], &loads))
		return 2;
	error = window_open(&window, MEMORY_DEVICE, address, (size_t)width,
			    PROT_READ);
	if (error) {
		fprintf(stderr, "svp-probe: map 0x%" PRIx64 ": %s\n", address,
			strerror(error));
		return 1;
	}
	while (done < loads && !outcome.signal) {
		outcome = access_once(ACCESS_LOAD, window.bytes,
				      (unsigned int)width, &value);
		done++;
	}
	printf("HAMMER 0x%" PRIx64 " %" PRIu64 " %s\n", address, done,
	       signal_outcome(outcome.signal));
	window_close(&window);
	return outcome.signal ? 1 : 0;
}

static int run_group(const char *name, const char *option)
{
	if (option && strcmp(option, "--answer=abort") == 0)
		board.answer = ANSWER_ABORT;
	else if (option && strcmp(option, "--answer=zero") != 0)
		return 2;
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		if (strcmp(name, groups[i].name) != 0)
			continue;
		if (read_board())
			groups[i].run();
		return check_status();
	}
	return 2;
}

int main(int argc, char **argv)
{
	int status = 2;

	if (argc >= 2 && strcmp(argv[1], "regions") == 0)
		status = print_regions();
	else if ((argc == 2 || argc == 3) && strcmp(argv[1], "latches") == 0)
		status = print_latches(argc == 3 ? argv[2] : NULL);
	else if (argc >= 2 && strcmp(argv[1], "peek") == 0)
		status = peek_or_poke(false, argv + 2, argc - 2);
	else if (argc >= 2 && strcmp(argv[1], "poke") == 0)
		status = peek_or_poke(true, argv + 2, argc - 2);
	else if (argc >= 2 && strcmp(argv[1], "fill") == 0)
		status = fill(argv + 2, argc - 2);
	else if (argc >= 2 && strcmp(argv[1], "secure-read") == 0)
		status = secure_read(argv + 2, argc - 2);
	else if (argc == 3 && strcmp(argv[1], "buffers") == 0)
		status = buffers_of(atoi(argv[2]));
	else if (argc == 3 && strcmp(argv[1], "session") == 0)
		status = try_session(argv[2]);
	else if (argc >= 2 && strcmp(argv[1], "hammer") == 0)
		status = hammer(argv + 2, argc - 2);
	else if (argc == 2 || argc == 3)
		status = run_group(argv[1], argc == 3 ? argv[2] : NULL);
	if (status == 2)
		fputs(usage, stderr);
	return status;
}
