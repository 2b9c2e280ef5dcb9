namespace IntelMQ.Sdk;

/// <summary>
/// Finds a date and a time in a text in any of many spellings, with the guesses that the original makes: month before
/// day, missing parts from today, unknown words skipped.
/// </summary>
static class FuzzyDate
{
    // Texts with more tokens than dates have leave no list behind.
    const int MostKeptTokens = 256;

    [ThreadStatic]
    static List<string>? s_tokens;

    /// <param name="text">Any text.</param>
    /// <param name="clock">Tells today.</param>
    /// <param name="utc">The point in time; without a zone in the text it is UTC.</param>
    /// <param name="problem">Why there is no result.</param>
    public static bool TryParse(string text, TimeProvider clock, out DateTime utc, out string? problem)
    {
        problem = null;
        if (IsoDate.TryParse(text, out utc)) return true;

        var tokens = s_tokens ??= new(32);
        tokens.Clear();
        DateTokens.Split(text, tokens);
        if (tokens.Capacity > MostKeptTokens) s_tokens = null;
        var reading = new FuzzyDateReading(tokens, clock.GetUtcNow().UtcDateTime);
        problem = reading.TryRead() ? reading.FoundNothing ? $"String does not contain a date: {text}" : reading.Complete(out utc) : $"Unknown string format: {text}";
        return problem is null;
    }
}

/// <summary>One attempt to read a date from tokens.</summary>
ref struct FuzzyDateReading
{
    readonly List<string> _tokens;
    readonly DateTime _today;
    DateParts _parts = new();
    long? _hour, _minute, _second;
    int? _microsecond, _weekday, _halfOfDay;
    long? _offset;
    string? _zone;

    public FuzzyDateReading(List<string> tokens, DateTime now)
    {
        _tokens = tokens;
        _today = now.Date;
    }

    public readonly bool FoundNothing =>
        _parts.Count == 0 && _hour is null && _minute is null && _second is null && _weekday is null && _zone is null && _offset is null;

    readonly string? At(int i) => (uint)i < (uint)_tokens.Count ? _tokens[i] : null;

    readonly bool Is(int i, char c) => At(i) is { Length: 1 } token && token[0] == c;

    readonly int UnitAt(int i) => At(i) is { } token ? DateWords.Unit(token) : -1;

    readonly int HalfOfDayAt(int i) => At(i) is { } token ? DateWords.HalfOfDay(token) : -1;

    public bool TryRead()
    {
        for (var i = 0; i < _tokens.Count; i++)
        {
            var token = _tokens[i];
            if (DateNumber.TryParse(token, out var number))
            {
                if (!TryReadNumber(ref i, token, number)) return false;
            }
            else if (DateWords.IsNoNumber(token) || !TryReadWord(ref i, token))
            {
                return false;
            }
        }

        return true;
    }

    bool TryReadWord(ref int i, string token)
    {
        if (DateWords.Weekday(token) is var weekday and >= 0)
        {
            _weekday = weekday;
            return true;
        }

        if (DateWords.Month(token) is var month and > 0) return TryReadMonth(ref i, month);
        if (DateWords.HalfOfDay(token) is var half and >= 0)
        {
            if (_halfOfDay is null && _hour is >= 0 and <= 12)
            {
                _hour = Adjust(_hour.Value, half);
                _halfOfDay = half;
            }

            return true;
        }

        if (CouldBeZone(token, _offset)) return ReadZone(i, token);
        return _hour is null || token is not ("+" or "-") || TryReadOffset(ref i, token == "+");
    }

    readonly bool CouldBeZone(string token, long? offset) => _hour is not null && _zone is null && offset is null && DateWords.LooksLikeZone(token);

    bool TryReadMonth(ref int i, int month)
    {
        if (!_parts.AddMonth(month)) return false;
        if (Is(i + 1, '-') || Is(i + 1, '/'))
        {
            // Jan-01[-99]
            var separator = _tokens[i + 1][0];
            if (At(i + 2) is not { } second || !_parts.Add(second)) return false;
            if (Is(i + 3, separator))
            {
                if (At(i + 4) is not { } third || !_parts.Add(third)) return false;
                i += 2;
            }

            i += 2;
        }
        else if (Is(i + 1, ' ') && Is(i + 3, ' ') && DateWords.IsOf(_tokens[i + 2]) && At(i + 4) is { } year)
        {
            // Jan of 01: clearly a year.
            if (DateTokens.IsDigits(year))
            {
                if (!DateNumber.TryRead(year, out var number)) return false;
                var full = WithCentury(number, hasCentury: false).ToString(System.Globalization.CultureInfo.InvariantCulture);
                if (!_parts.Add(full, isYear: true)) return false;
            }

            i += 4;
        }

        return true;
    }

    bool ReadZone(int i, string token)
    {
        _zone = token;
        _offset = token == "z" ? 0 : null;
        if (Is(i + 1, '+') || Is(i + 1, '-'))
        {
            // "GMT+3" says: my time plus 3 hours is GMT.
            _tokens[i + 1] = Is(i + 1, '+') ? "-" : "+";
            _offset = null;
            if (DateWords.IsUtc(token)) _zone = null;
        }

        return true;
    }

    bool TryReadOffset(ref int i, bool east)
    {
        if (At(i + 1) is not { } digits) return false;
        long hours, minutes = 0;
        var length = PythonText.CodePoints(digits);
        if (length == 4)
        {
            if (!DateNumber.TryRead(digits.AsSpan(0, 2), out hours) || !DateNumber.TryRead(digits.AsSpan(2), out minutes)) return false;
        }
        else if (Is(i + 2, ':'))
        {
            if (!DateNumber.TryRead(digits, out hours) || At(i + 3) is not { } second || !DateNumber.TryRead(second, out minutes)) return false;
            i += 2;
        }
        else if (length > 2 || !DateNumber.TryRead(digits, out hours))
        {
            return false;
        }

        _offset = (east ? 1 : -1) * ((hours * 3600) + (minutes * 60));
        if (At(i + 5) is not null && DateWords.IsJump(_tokens[i + 2]) && Is(i + 3, '(') && Is(i + 5, ')')
            && _tokens[i + 4].Length >= 3 && CouldBeZone(_tokens[i + 4], null))
        {
            // -0300 (BRST)
            _zone = _tokens[i + 4];
            i += 4;
        }

        i++;
        return true;
    }

    bool TryReadNumber(ref int i, string token, in DateNumber number)
    {
        var length = token.Length;
        if (_parts.Count == 3 && length is 2 or 4 && _hour is null && !Is(i + 1, ':') && UnitAt(i + 1) < 0)
        {
            // 19990101T23[59]
            return Assign(ref _hour, token.AsSpan(0, 2)) && (length == 2 || Assign(ref _minute, token.AsSpan(2)));
        }

        if (length == 6 || (length > 6 && token.IndexOf('.', StringComparison.Ordinal) == 6)) return TryReadSix(token);
        if (length is 8 or 12 or 14) return TryReadDate(token);
        if (UnitIndex(i) is { } unitIndex) return TryReadUnit(ref i, token, number, unitIndex);
        if (Is(i + 1, ':') && At(i + 2) is { } minutes) return TryReadClock(ref i, number, minutes);
        if (Is(i + 1, '-') || Is(i + 1, '/') || Is(i + 1, '.')) return TryReadSeparated(ref i, token);
        if (At(i + 1) is not { } next || DateWords.IsJump(next))
        {
            var half = HalfOfDayAt(i + 2);
            if (half >= 0)
            {
                _hour = Adjust(number.Whole, half);
                i++;
            }
            else if (!_parts.Add(number))
            {
                return false;
            }

            i++;
            return true;
        }

        if (DateWords.HalfOfDay(next) is var halfOfDay and >= 0 && number.Value < 24)
        {
            _hour = Adjust(number.Whole, halfOfDay);
            i++;
            return true;
        }

        return !_parts.CouldBeDay(number.Value) || _parts.Add(number);
    }

    static long Adjust(long hour, int halfOfDay) => hour < 12 && halfOfDay == 1 ? hour + 12 : hour == 12 && halfOfDay == 0 ? 0 : hour;

    static bool Assign(ref long? to, ReadOnlySpan<char> digits)
    {
        var read = DateNumber.TryRead(digits, out var number);
        to = number;
        return read;
    }

    // YYMMDD or HHMMSS[.f]
    bool TryReadSix(string token)
    {
        if (_parts.Count == 0 && !token.Contains('.', StringComparison.Ordinal))
            return _parts.Add(token.AsSpan(0, 2)) && _parts.Add(token.AsSpan(2, 2)) && _parts.Add(token.AsSpan(4));
        return Assign(ref _hour, token.AsSpan(0, 2)) && Assign(ref _minute, token.AsSpan(2, 2)) && TryReadSeconds(token.AsSpan(4));
    }

    // YYYYMMDD[HHMM[SS]]
    bool TryReadDate(string token)
    {
        if (!(_parts.Add(token.AsSpan(0, 4), isYear: true) && _parts.Add(token.AsSpan(4, 2)) && _parts.Add(token.AsSpan(6, 2)))) return false;
        if (token.Length == 8) return true;
        return Assign(ref _hour, token.AsSpan(8, 2)) && Assign(ref _minute, token.AsSpan(10, 2))
            && (token.Length == 12 || Assign(ref _second, token.AsSpan(12)));
    }

    bool TryReadSeconds(ReadOnlySpan<char> text)
    {
        var point = text.IndexOf('.');
        if (!Assign(ref _second, point < 0 ? text : text[..point])) return false;
        _microsecond = 0;
        if (point < 0) return true;

        var fraction = text[(point + 1)..];
        Span<char> six = ['0', '0', '0', '0', '0', '0'];
        fraction[..Math.Min(6, fraction.Length)].CopyTo(six);
        var read = DateNumber.TryRead(six, out var microseconds);
        _microsecond = (int)microseconds;
        return read;
    }

    /// <summary>Where the unit of a number stands: behind it, behind a blank, or before it.</summary>
    readonly int? UnitIndex(int i)
    {
        if (UnitAt(i + 1) >= 0) return i + 1;
        if (Is(i + 1, ' ') && UnitAt(i + 2) >= 0) return i + 2;
        if (UnitAt(i - 1) >= 0) return i - 1;
        return i == _tokens.Count - 1 && i > 1 && Is(i - 1, ' ') && UnitAt(i - 2) >= 0 ? i - 2 : null;
    }

    bool TryReadUnit(ref int i, string token, in DateNumber number, int unitIndex)
    {
        // A number behind a unit is in the next smaller one: the 4 of 12h04.
        var unit = UnitAt(unitIndex) + (unitIndex > i ? 0 : 1);
        i = Math.Max(i, unitIndex);
        switch (unit)
        {
            case 0:
                _hour = number.Whole;
                if (number.HasFraction) _minute = number.Sixtieths;
                return true;
            case 1:
                ReadMinutes(number);
                return true;
            case 2:
                return TryReadSeconds(token);
            default:
                return true;
        }
    }

    void ReadMinutes(in DateNumber number)
    {
        _minute = number.Whole;
        _second = number.HasFraction ? number.Sixtieths : null;
    }

    // HH:MM[:SS[.f]]
    bool TryReadClock(ref int i, in DateNumber hour, string minutes)
    {
        _hour = hour.Whole;
        if (!DateNumber.TryParse(minutes, out var minute)) return false;
        ReadMinutes(minute);
        if (Is(i + 3, ':') && At(i + 4) is { } seconds)
        {
            if (!TryReadSeconds(seconds)) return false;
            i += 2;
        }

        i += 2;
        return true;
    }

    // 01-01[-01] or 01-Jan[-01]
    bool TryReadSeparated(ref int i, string token)
    {
        var separator = _tokens[i + 1][0];
        if (!_parts.Add(token)) return false;
        if (At(i + 2) is { } second && !DateWords.IsJump(second))
        {
            if (!TryAddNumberOrMonth(second)) return false;
            if (Is(i + 3, separator))
            {
                if (At(i + 4) is not { } third || !TryAddNumberOrMonth(third)) return false;
                i += 2;
            }

            i++;
        }

        i++;
        return true;
    }

    bool TryAddNumberOrMonth(string token) => DateWords.Month(token) is var month and > 0 ? _parts.AddMonth(month) : _parts.Add(token);

    readonly long WithCentury(long year, bool hasCentury)
    {
        if (year >= 100 || hasCentury) return year;
        year += _today.Year / 100 * 100;
        return year >= _today.Year + 50 ? year - 100 : year < _today.Year - 50 ? year + 100 : year;
    }

    /// <summary>Completes what was found from today and applies the zone.</summary>
    /// <returns>Null, or what is wrong.</returns>
    public readonly string? Complete(out DateTime utc)
    {
        utc = default;
        if (!_parts.TryResolve(out var foundYear, out var foundMonth, out var foundDay)) return "More than three YMD values";

        var year = foundYear is { } y ? WithCentury(y, _parts.HasCentury) : _today.Year;
        var month = foundMonth ?? _today.Month;
        if (year is < 1 or > 9999) return $"year {year} is out of range";
        if (month is < 1 or > 12) return "month must be in 1..12";
        var lastDay = DateTime.DaysInMonth((int)year, (int)month);
        var day = foundDay ?? Math.Min(_today.Day, lastDay);
        if (day < 1 || day > lastDay) return "day is out of range for month";
        if (_hour is < 0 or > 23) return "hour must be in 0..23";
        if (_minute is < 0 or > 59) return "minute must be in 0..59";
        if (_second is < 0 or > 59) return "second must be in 0..59";

        var ticks = new DateTime((int)year, (int)month, (int)day, (int)(_hour ?? 0), (int)(_minute ?? 0), (int)(_second ?? 0), DateTimeKind.Utc).Ticks
            + ((_microsecond ?? 0) * TimeSpan.TicksPerMicrosecond);
        if (_weekday is { } weekday && foundDay is null or 0)
        {
            var current = ((int)new DateTime(ticks, DateTimeKind.Utc).DayOfWeek + 6) % 7;
            ticks += (weekday - current + 7) % 7 * TimeSpan.TicksPerDay;
        }

        return ToUtc(ticks, out utc);
    }

    readonly string? ToUtc(long ticks, out DateTime utc)
    {
        utc = default;
        var isUtc = _zone is not null && DateWords.IsUtc(_zone);
        var offset = isUtc ? 0 : _offset ?? 0;
        if (Math.Abs(offset) >= 86_400) return "offset must be between -24 and 24 hours";
        ticks -= offset * TimeSpan.TicksPerSecond;
        if (ticks < 0 || ticks > DateTime.MaxValue.Ticks) return "date value out of range";
        utc = new DateTime(ticks, DateTimeKind.Utc);
        return null;
    }
}
