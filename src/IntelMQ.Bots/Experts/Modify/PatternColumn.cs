using System.Text.RegularExpressions;

namespace IntelMQ.Bots.Experts.Modify;

/// <summary>
/// All patterns of a rule file for one field. Fields such as <c>malware.name</c> have few different values, and rules ask
/// the same questions about each of them: the answers are remembered. Where nearly all values are new, as those of
/// <c>source.url</c> are, remembering is given up.
/// </summary>
sealed class PatternColumn(Field fieldOfAll)
{
    public const int MostPatterns = 64;

    const int MostValues = 2048;
    const int LongestValue = 200;
    const int TrialLength = 2000;

    readonly List<Regex> _patterns = [];
    readonly Answers _unremembered = new();
    Dictionary<string, Answers>? _remembered = new(StringComparer.Ordinal);
    int _lookups;
    int _hits;

    string? _text;
    Answers? _answers;
    bool _isKnown;

    public Field Field => fieldOfAll;

    public bool IsFull => _patterns.Count == MostPatterns;

    public Pattern Add(Regex regex)
    {
        _patterns.Add(regex);
        return new Pattern(this, _patterns.Count - 1, regex);
    }

    /// <summary>The next question is about another event, or a changed one.</summary>
    public void Forget() => _isKnown = false;

    public bool Matches(Event e, int pattern)
    {
        if (!_isKnown) Look(e);
        if (_answers is not { } answers) return false;

        var bit = 1UL << pattern;
        if ((answers.Asked & bit) == 0)
        {
            answers.Asked |= bit;
            if (_patterns[pattern].IsMatch(_text!)) answers.Yes |= bit;
        }

        return (answers.Yes & bit) != 0;
    }

    void Look(Event e)
    {
        _isKnown = true;
        var value = e.Get(fieldOfAll);
        _answers = null;
        if (value.IsNone) return;

        _text = PythonValues.ToText(value);
        _answers = AnswersFor(_text);
    }

    Answers AnswersFor(string text)
    {
        if (_remembered is null || text.Length > LongestValue) return Fresh();

        _lookups++;
        if (_remembered.TryGetValue(text, out var answers))
        {
            _hits++;
            return answers;
        }

        if (_lookups >= TrialLength)
        {
            if (_hits < _lookups / 2)
            {
                _remembered = null;
                return Fresh();
            }

            _lookups = _hits = 0;
        }

        if (_remembered.Count >= MostValues) _remembered.Clear();
        return _remembered[text] = new Answers();
    }

    Answers Fresh()
    {
        _unremembered.Asked = _unremembered.Yes = 0;
        return _unremembered;
    }

    /// <summary>Which patterns were tried on a value, and which of them matched.</summary>
    sealed class Answers
    {
        public ulong Asked;
        public ulong Yes;
    }
}

/// <summary>One pattern of a rule.</summary>
sealed class Pattern(PatternColumn column, int number, Regex regex)
{
    public Field Field => column.Field;

    public Regex Regex => regex;

    public bool Matches(Event e) => column.Matches(e, number);
}
