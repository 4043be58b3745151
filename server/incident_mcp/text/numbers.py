"""Small numbers in words, as a sentence wants them: `one`, `eight`, `twelve`, `13`."""

_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def in_words(number: int) -> str:
    return _WORDS[number] if 0 <= number < len(_WORDS) else str(number)
