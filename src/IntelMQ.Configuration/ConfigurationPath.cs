using System.Globalization;
using System.Text;

namespace IntelMQ.Configuration;

/// <summary>The way to a value: keys of maps and indexes of lists, from the outside in.</summary>
/// <remarks>Written <c>my-bot.parameters.columns[3]</c>; a key with other characters is quoted: <c>["time.source"]</c>.</remarks>
internal sealed class ConfigurationPath
{
    readonly ConfigurationPath? _parent;
    readonly string? _key;
    readonly int _index;

    ConfigurationPath(ConfigurationPath? parent, string? key, int index) => (_parent, _key, _index) = (parent, key, index);

    /// <summary>The document itself.</summary>
    public static ConfigurationPath Root { get; } = new(null, null, -1);

    /// <summary>Whether one of the keys on the way says that the value is a secret.</summary>
    public bool IsSecret
    {
        get
        {
            for (var step = this; step is not null; step = step._parent)
            {
                if (step._key is not null && SecretNames.IsSecret(step._key))
                {
                    return true;
                }
            }

            return false;
        }
    }

    public ConfigurationPath Child(string key) => new(this, key, -1);

    public ConfigurationPath Item(int index) => new(this, null, index);

    public override string ToString()
    {
        if (_parent is null)
        {
            return "";
        }

        var text = new StringBuilder();
        Write(text);
        return text.ToString();
    }

    void Write(StringBuilder text)
    {
        if (_parent is null)
        {
            return;
        }

        _parent.Write(text);
        if (_key is null)
        {
            text.Append(CultureInfo.InvariantCulture, $"[{_index}]");
        }
        else if (IsPlain(_key))
        {
            text.Append(text.Length > 0 ? "." : "").Append(_key);
        }
        else
        {
            text.Append("[\"").Append(_key.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)).Append("\"]");
        }
    }

    /// <summary>Reads a path back into its steps: texts for keys, whole numbers for indexes.</summary>
    /// <exception cref="FormatException">A bracket is not closed or holds neither a number nor a quoted key.</exception>
    public static IReadOnlyList<object> Parse(string path)
    {
        var steps = new List<object>();
        var position = 0;
        while (position < path.Length)
        {
            if (path[position] == '[')
            {
                steps.Add(ParseBracket(path, ref position));
            }
            else
            {
                var end = path.IndexOfAny(['.', '['], position);
                end = end < 0 ? path.Length : end;
                steps.Add(path[position..end]);
                position = end;
            }

            if (position < path.Length && path[position] == '.')
            {
                position++;
            }
        }

        return steps;
    }

    static object ParseBracket(string path, ref int position)
    {
        if (position + 1 < path.Length && path[position + 1] == '"')
        {
            var key = new StringBuilder();
            for (var i = position + 2; i < path.Length; i++)
            {
                if (path[i] == '"' && i + 1 < path.Length && path[i + 1] == ']')
                {
                    position = i + 2;
                    return key.ToString();
                }

                i += path[i] == '\\' && i + 1 < path.Length ? 1 : 0;
                key.Append(path[i]);
            }
        }

        var close = path.IndexOf(']', position);
        if (close > 0 && int.TryParse(path.AsSpan(position + 1, close - position - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var index))
        {
            position = close + 1;
            return index;
        }

        throw new FormatException($"In the path {path} the bracket at {position} holds neither a number nor a quoted key");
    }

    static bool IsPlain(string key) =>
        key.Length > 0 && key.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');
}
