using System.Text;

namespace IntelMQ.Bots.Clients.Jinja;

/// <summary>
/// A text with expressions in <c>{{ }}</c> and statements in <c>{% %}</c>, as the original's templates are written. Read once,
/// rendered often. The README of this folder says how much of the language there is.
/// </summary>
sealed class JinjaTemplate
{
    readonly Statement[] _body;

    JinjaTemplate(Statement[] body) => _body = body;

    /// <summary>Reads a template.</summary>
    /// <param name="source">The text.</param>
    /// <param name="name">What errors call it: a parameter or a file.</param>
    /// <exception cref="JinjaSyntaxException">The template has an error.</exception>
    public static JinjaTemplate Parse(string source, string name) => new(TemplateParser.Parse(source, name));

    /// <summary>Fills it in.</summary>
    /// <param name="variables">What its expressions know: messages, functions, and values as <see cref="FieldValue"/> has them.</param>
    /// <exception cref="JinjaException">An expression has no value; the text says why.</exception>
    public string Render(params ReadOnlySpan<(string Name, object? Value)> variables)
    {
        var scope = new Scope(Globals.All);
        foreach (var (name, value) in variables) scope[name] = Values.Wrap(value);
        var output = new StringBuilder();
        Statement.RenderAll(_body, scope, output);
        return output.ToString();
    }
}

/// <summary>A template cannot be filled in with these values.</summary>
sealed class JinjaException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A text is no template.</summary>
/// <param name="template">What it is called.</param>
/// <param name="line">Where the error is, counted from 1.</param>
/// <param name="message">What is wrong and what was expected.</param>
sealed class JinjaSyntaxException(string template, int line, string message) : FormatException($"{template}, line {line}: {message}");
