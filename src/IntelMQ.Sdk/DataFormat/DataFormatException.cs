namespace IntelMQ.Sdk;

/// <summary>A <c>harmonization.conf</c> or the fields of a package are wrong; the host cannot start.</summary>
public sealed class DataFormatException : Exception
{
    internal DataFormatException(IReadOnlyList<string> errors) : base(string.Join(Environment.NewLine, errors)) => Errors = errors;

    /// <summary>All that is wrong, each with its file and line, its path, what stands there and what was expected.</summary>
    public IReadOnlyList<string> Errors { get; }
}
