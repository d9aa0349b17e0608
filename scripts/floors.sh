#!/usr/bin/env bash
# Checks the floors of the package: every target declares exactly the modules that it imports, and
# depends only on targets that stand before it in Package.swift.
set -euo pipefail
cd "$(dirname "$0")/.."
exec perl -e '
use strict;
use warnings;
open(my $file, "<", "Package.swift") or die;
my $manifest = do { local $/; <$file> };
# Targets in order, with the text up to the next one.
my (@order, %text);
while ($manifest =~ /(?:layer\(\s*"|tests\(\s*"|(?:systemLibrary|[tT]arget)\(\s*name: ")(\w+)"(.*?)(?=\n        (?:\.|layer\(|tests\(|\/\/)|\z)/gs) {
    my ($name, $rest, $call) = ($1, $2, substr($&, 0, 5));
    $name .= "Tests" if $call eq "tests";
    push @order, $name;
    $text{$name} = $rest;
}
my %place = map { $order[$_] => $_ } 0 .. $#order;
my $failures = 0;
sub fail { print STDERR "floors: $_[0]\n"; $failures++; }
for my $name (@order) {
    my ($folder) = $text{$name} =~ /path: "([^"]+)"/;
    $folder //= -d "Tests/$name" ? "Tests/$name" : "Sources/$name";
    my %declared = map { $_ => 1 } grep { exists $place{$_} } $text{$name} =~ /"(\w+)"/g;
    if ($name =~ /^(\w+)Tests$/) { $declared{$1} = 1; $declared{TestSupport} = 1; }
    my %imported;
    for my $source (split /\n/, `find $folder -name "*.swift"`) {
        open(my $swift, "<", $source) or die "$source: $!";
        while (<$swift>) {
            next unless /^(?:\@\w+(?:\(\w+\))?\s+|internal |package |public )*import (?:\w+ )?(\w+)/;
            next unless exists $place{$1};
            $imported{$1} = 1;
            fail("$source imports $1, which Package.swift does not list for $name")
                unless $declared{$1} or $1 eq $name;
        }
    }
    for my $other (sort keys %declared) {
        fail("$name depends on $other, which stands above it") if $place{$other} >= $place{$name};
        fail("$name lists $other and does not import it")
            unless $imported{$other} or $name =~ /Tests$/ or $other !~ /^Gestalt|^C[A-Z]/;
    }
}
print "floors: ", scalar(@order), " targets\n" unless $failures;
exit($failures ? 1 : 0);
'
