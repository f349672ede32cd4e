"""Recomputes every number of `hengtan calculate … --explain -o json` from its operands, with nothing of the program's own.

Reads the report on standard input. Exit code 0: every number follows; 1: the first that does not is named.
"""

import json
import sys
from decimal import Decimal, getcontext
from fractions import Fraction

getcontext().prec = 120


def exact(text):
    """`12.5` or `44/12` as a fraction."""
    numerator, _, denominator = text.partition("/")
    value = Fraction(numerator)
    return value / Fraction(denominator) if denominator else value


def rounded(value, places, how):
    """`value` to so many decimal places."""
    scaled = value * 10**places
    whole, rest = divmod(abs(scaled.numerator), scaled.denominator)
    twice = 2 * rest - scaled.denominator
    if how == "half_up":
        up = twice >= 0
    elif how == "half_even":
        up = twice > 0 or (twice == 0 and whole % 2 == 1)
    elif how == "down":
        up = False
    else:
        raise ValueError(how)
    sign = -1 if scaled < 0 else 1
    return Fraction(sign * (whole + up), 10**places)


def near(value, places):
    """A decimal of 120 digits, rounded half up."""
    return rounded(Fraction(value), places, "half_up")


def decimal(value):
    return Decimal(value.numerator) / Decimal(value.denominator)


def expected(origin, values):
    operator, places = origin["operator"], origin.get("places")
    first, others = values[0], values[1:]
    if operator == "sum":
        return sum(values)
    if operator == "difference":
        return first - sum(others)
    if operator == "product":
        for other in others:
            first *= other
        return first
    if operator == "quotient":
        for other in others:
            first /= other
        return first
    if operator == "minimum":
        return min(values)
    if operator == "maximum":
        return max(values)
    if operator == "choice":
        return first
    if operator == "round":
        return rounded(first, places, origin["rounding"])
    if operator == "power":
        if others[0].denominator == 1:
            return rounded(first ** int(others[0]), places, "half_up")
        if first == 0:
            return Fraction(0)
        return near(decimal(first) ** decimal(others[0]), places)
    if operator == "exponential":
        return near(decimal(first).exp(), places)
    if operator == "logarithm":
        return near(decimal(first).ln(), places)
    if operator == "root":
        return near(decimal(first).sqrt(), places)
    if operator == "solution":
        pairs = zip(others[::2], others[1::2])
        return first + sum(coefficient * unknown for coefficient, unknown in pairs)
    raise ValueError(f"unknown operator {operator}")


def main():
    report = json.load(sys.stdin)
    numbers = report["derivation"]["numbers"]
    values = {number["number"]: exact(number["value"]) for number in numbers}
    derived = 0
    for number in numbers:
        origin = number["origin"]
        if origin["kind"] != "derived":
            continue
        derived += 1
        wanted = expected(origin, [values[operand] for operand in origin["operands"]])
        found = values[number["number"]]
        if origin["operator"] == "solution":
            holds = abs(wanted - found) <= Fraction(1, 10 ** origin["places"])
        else:
            holds = wanted == found
        if not holds:
            sys.exit(f"{number['number']} {number['label']}: {found}, expected {wanted}")
    for outcome in report["outcomes"]:
        if exact(outcome["value"]) != values[outcome["number"]]:
            sys.exit(f"{outcome['code']}: not the value of number {outcome['number']}")
    print(derived)


main()
