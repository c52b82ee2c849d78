# SPDX-License-Identifier: GPL-2.0-or-later
#
# Results of shell programs, in the same form as those of svp-probe. Source it,
# call "check NAME EXPECTED SEEN", and end with "checks_done".

made=0
failed=0

# A value as one word
word()
{
	[ -n "$1" ] || set -- -
	echo "$*" | tr -s ' \t\n' '___' | sed 's/_$//'
}

check()
{
	made=$((made + 1))
	if [ "$2" = "$3" ]; then
		verdict=ok
	else
		verdict=FAIL
		failed=$((failed + 1))
	fi
	echo "CHECK $1 expected=$(word "$2") seen=$(word "$3") $verdict"
}

checks_done()
{
	echo "CHECKS made=$made failed=$failed"
	[ $made -gt 0 ] && [ $failed -eq 0 ]
	exit
}
