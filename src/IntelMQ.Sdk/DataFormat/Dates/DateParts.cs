namespace IntelMQ.Sdk;

/// <summary>
/// Up to three numbers of a date in the order in which they stand, some known to be the year or the month, and the
/// guess which of the others is which.
/// </summary>
struct DateParts
{
    long _first, _second, _third;
    int _year, _month;

    public DateParts() => (_year, _month) = (-1, -1);

    public int Count { get; private set; }

    /// <summary>The year has more than two digits and means what it says.</summary>
    public bool HasCentury { get; private set; }

    readonly long this[int i] => i switch { 0 => _first, 1 => _second, _ => _third };

    /// <summary>Adds a number that is known to be the month.</summary>
    public bool AddMonth(int month)
    {
        if (_month >= 0) return false;
        _month = Count;
        Put(month);
        return true;
    }

    /// <summary>Adds a number as it is written: one of more than two digits is a year.</summary>
    public bool Add(ReadOnlySpan<char> digits, bool isYear = false)
    {
        if (!DateNumber.TryRead(digits, out var number)) return false;
        var isLong = DateNumber.DigitCount(digits) > 2;
        HasCentury |= isLong;
        return AddNumber(number, isYear || isLong);
    }

    /// <summary>Adds a number by its size: one beyond 100 is a year.</summary>
    public bool Add(in DateNumber number)
    {
        var isLarge = number.Value > 100;
        HasCentury |= isLarge;
        return AddNumber(number.Whole, isLarge);
    }

    bool AddNumber(long number, bool isYear)
    {
        if (isYear)
        {
            if (_year >= 0) return false;
            _year = Count;
        }

        Put(number);
        return true;
    }

    void Put(long number)
    {
        if (Count == 0) _first = number;
        else if (Count == 1) _second = number;
        else if (Count == 2) _third = number;
        Count++;
    }

    /// <summary>Whether a number can still be the day of the month.</summary>
    public readonly bool CouldBeDay(double number)
    {
        if (_month < 0) return number is >= 1 and <= 31;
        var month = this[_month];
        if (month is < 1 or > 12) return false;
        var year = _year < 0 ? 2000 : this[_year];
        return number >= 1 && number <= DateTime.DaysInMonth(year is >= 1 and <= 9999 ? (int)year : 2000 + (int)(year % 400), (int)month);
    }

    /// <summary>Says which number is the year, the month and the day.</summary>
    /// <returns>False when there are more than three.</returns>
    public readonly bool TryResolve(out long? year, out long? month, out long? day)
    {
        (year, month, day) = (null, null, null);
        if (Count > 3) return false;
        var labelled = (_year >= 0 ? 1 : 0) + (_month >= 0 ? 1 : 0);
        if (Count > 0 && (Count == labelled || (Count == 3 && labelled == 2)))
        {
            if (_year >= 0) year = this[_year];
            if (_month >= 0) month = this[_month];
            if (Count == 3) day = this[3 - _year - _month];
            return true;
        }

        switch (Count)
        {
            case 1:
                if (_first > 31) year = _first;
                else day = _first;
                break;
            case 2 when _month >= 0:
                month = this[_month];
                var other = this[1 - _month];
                if (other > 31) year = other;
                else day = other;
                break;
            case 2 when _first > 31:
                year = _first;
                month = _second;
                break;
            case 2 when _second > 31:
                year = _second;
                month = _first;
                break;
            case 2:
                month = _first;
                day = _second;
                break;
            case 3: (year, month, day) = OrderOfThree(); break;
        }

        return true;
    }

    readonly (long Year, long Month, long Day) OrderOfThree() => _month switch
    {
        0 => _second > 31 ? (_second, _first, _third) : (_third, _first, _second),
        1 => _first > 31 ? (_first, _second, _third) : (_third, _second, _first),
        2 => _second > 31 ? (_second, _third, _first) : (_first, _third, _second),
        _ => _first > 31 || _year == 0 ? (_first, _second, _third)
            : _first > 12 ? (_third, _second, _first)
            : (_third, _first, _second),
    };
}
