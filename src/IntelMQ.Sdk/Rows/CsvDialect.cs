namespace IntelMQ.Sdk;

/// <summary>When a CSV writer puts cells in quotes, and whether a reader minds them.</summary>
public enum CsvQuoting
{
    /// <summary>Where it is necessary.</summary>
    Minimal,

    /// <summary>Always.</summary>
    All,

    /// <summary>Never: quotes have no meaning.</summary>
    None,
}

/// <summary>How the cells of a CSV file are told apart. The defaults are those of the usual (Excel) form.</summary>
public sealed record CsvDialect
{
    /// <summary>Between two cells.</summary>
    public char Delimiter { get; init; } = ',';

    /// <summary>Around cells that contain what has a meaning otherwise.</summary>
    public char Quote { get; init; } = '"';

    /// <summary>Whether a quote within a quoted cell is written twice.</summary>
    public bool DoubleQuote { get; init; } = true;

    /// <summary>Takes the meaning from the character behind it; null when there is none such.</summary>
    public char? Escape { get; init; }

    /// <summary>Whether blanks behind a delimiter do not count.</summary>
    public bool SkipInitialSpace { get; init; }

    /// <summary>Whether text behind a closing quote, and a quote that is not closed, are errors.</summary>
    public bool Strict { get; init; }

    /// <summary>Where quotes are used.</summary>
    public CsvQuoting Quoting { get; init; }

    /// <summary>The usual form.</summary>
    public static CsvDialect Excel { get; } = new();

    /// <summary>Every cell in quotes, as the files of Shadowserver are written.</summary>
    public static CsvDialect Unix { get; } = new() { Quoting = CsvQuoting.All };
}

/// <summary>A row does not keep the rules of its dialect.</summary>
public sealed class CsvException : FormatException
{
    internal CsvException(string message) : base(message)
    {
    }
}
