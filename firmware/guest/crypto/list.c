/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What /proc/crypto tells about CAAM's drivers. */
#include "crypto.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

enum { POLL_MICROSECONDS = 50000 };

struct algorithm {
	char name[160];
	char driver[160];
	char test[40];
	char type[40];
};

struct summary {
	unsigned int registered;
	unsigned int passed;
};

/* The value of a line "key   : value"; false when it is another line. */
static bool field(const char *line, const char *key, char *value, size_t size)
{
	size_t length = strlen(key);
	const char *colon = strchr(line, ':');

	if (!colon || strncmp(line, key, length) ||
	    (line[length] != ' ' && line[length] != ':'))
		return false;
	snprintf(value, size, "%.*s", (int)strcspn(colon + 1, "\n"),
		 colon + 1 + strspn(colon + 1, " "));
	value[strcspn(value, "\n")] = '\0';
	return true;
}

static bool of_caam(const char *driver)
{
	size_t length = strlen(driver);

	return length > 5 && !strcmp(driver + length - 5, "-caam");
}

static void count(const struct algorithm *found, struct summary *summary,
		  bool show)
{
	if (!of_caam(found->driver))
		return;
	summary->registered++;
	if (!strcmp(found->test, "passed"))
		summary->passed++;
	if (show)
		printf("ALGORITHM %s driver=%s type=%s selftest=%s\n",
		       found->name, found->driver, found->type, found->test);
}

/* Reads the list once; false when that is not possible. */
static bool scan(struct summary *summary, bool show)
{
	FILE *list = fopen("/proc/crypto", "re");
	struct algorithm found = { 0 };
	char line[256];

	*summary = (struct summary){ 0 };
	if (!list) {
		perror("svp-crypto: /proc/crypto");
		return false;
	}
	while (fgets(line, sizeof(line), list)) {
		if (field(line, "name", found.name, sizeof(found.name))) {
			found.driver[0] = found.test[0] = found.type[0] = '\0';
		} else if (line[0] == '\n') {
			count(&found, summary, show);
			found = (struct algorithm){ 0 };
		} else if (!field(line, "driver", found.driver,
				  sizeof(found.driver)) &&
			   !field(line, "selftest", found.test,
				  sizeof(found.test))) {
			field(line, "type", found.type, sizeof(found.type));
		}
	}
	fclose(list);
	return true;
}

int crypto_list(unsigned int count, unsigned int seconds)
{
	time_t end = time(NULL) + seconds;
	struct summary summary;

	do {
		if (!scan(&summary, false))
			return 1;
		if (summary.registered >= count &&
		    summary.passed == summary.registered)
			break;
		usleep(POLL_MICROSECONDS);
	} while (time(NULL) < end);
	if (!scan(&summary, true))
		return 1;
	check("crypto.caam.registered", text("%u", count),
	      text("%u", summary.registered));
	check("crypto.caam.selftest-passed", text("%u", count),
	      text("%u", summary.passed));
	return check_status();
}
