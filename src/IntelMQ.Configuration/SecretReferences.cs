using System.Text;

namespace IntelMQ.Configuration;

/// <summary>A reference to a secret that does not exist or cannot be read. Names the reference, never a value.</summary>
internal sealed class SecretReferenceException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A text that is never printed. May still be a reference.</summary>
internal sealed record SecretText
{
    readonly string _text;

    public SecretText(string text) => _text = text;

    public string Reveal() => _text;

    public SecretText Resolve(SecretReferences secrets) => new(secrets.Resolve(_text));

    public override string ToString() => SecretNames.Hidden;
}

/// <summary>
/// Puts the values of <c>${env:NAME}</c> and <c>${file:path}</c> in their place. <c>$${</c> stands for the two characters
/// themselves. Resolved when a bot is bound, not when the file is read, so that a missing secret stops only the bot that needs it.
/// </summary>
/// <param name="environment">Variables of the process.</param>
/// <param name="directory">What relative paths of files start from: the directory of <c>runtime.yaml</c>.</param>
internal sealed class SecretReferences(IReadOnlyDictionary<string, string> environment, string directory)
{
    const string Opening = "${";

    /// <summary>Whether a text contains a reference.</summary>
    public static bool IsReference(string text) =>
        text.Contains("${env:", StringComparison.Ordinal) || text.Contains("${file:", StringComparison.Ordinal);

    /// <summary>The text with all references replaced.</summary>
    /// <exception cref="SecretReferenceException">A variable or file does not exist, or a reference is not closed.</exception>
    public string Resolve(string text)
    {
        if (!IsReference(text))
        {
            return text;
        }

        var result = new StringBuilder(text.Length);
        var position = 0;
        while (text.IndexOf(Opening, position, StringComparison.Ordinal) is var start and >= 0)
        {
            if (start > position && text[start - 1] == '$')
            {
                result.Append(text, position, start - 1 - position).Append(Opening);
                position = start + Opening.Length;
                continue;
            }

            var end = text.IndexOf('}', start);
            if (end < 0)
            {
                throw new SecretReferenceException("A reference ${… is not closed by }");
            }

            result.Append(text, position, start - position).Append(Lookup(text[(start + 2)..end]));
            position = end + 1;
        }

        return result.Append(text, position, text.Length - position).ToString();
    }

    /// <summary>A tree of plain values with all references in its texts replaced.</summary>
    /// <exception cref="SecretReferenceException">As for a text.</exception>
    public object? Resolve(object? value) =>
        value switch
        {
            string text => Resolve(text),
            IReadOnlyDictionary<string, object?> map => Resolve(map),
            IReadOnlyList<object?> list => list.Select(Resolve).ToList(),
            _ => value,
        };

    OrderedDictionary<string, object?> Resolve(IReadOnlyDictionary<string, object?> map)
    {
        var entries = new OrderedDictionary<string, object?>(map.Count, StringComparer.Ordinal);
        foreach (var (key, value) in map)
        {
            entries.Add(key, Resolve(value));
        }

        return entries;
    }

    string Lookup(string reference)
    {
        if (reference.StartsWith("env:", StringComparison.Ordinal))
        {
            return environment.TryGetValue(reference[4..], out var value)
                ? value
                : throw new SecretReferenceException($"The environment variable {reference[4..]} of ${{{reference}}} is not set");
        }

        if (reference.StartsWith("file:", StringComparison.Ordinal))
        {
            return ReadFile(reference);
        }

        // "${other}" is no reference of ours; bots have templates of their own.
        return Opening + reference + "}";
    }

    string ReadFile(string reference)
    {
        var path = Path.Combine(directory, reference[5..]);
        try
        {
            // Editors and "echo" end a file with a line break that is not part of the secret.
            var text = File.ReadAllText(path);
            return text.EndsWith('\n') ? text[..^(text.EndsWith("\r\n", StringComparison.Ordinal) ? 2 : 1)] : text;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SecretReferenceException($"The file {path} of ${{{reference}}} cannot be read: {e.Message}", e);
        }
    }
}
