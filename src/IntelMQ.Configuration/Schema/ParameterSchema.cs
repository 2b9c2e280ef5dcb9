using System.Text.Json;

namespace IntelMQ.Configuration.Schema;

/// <summary>The parameters that a bot of a manifest understands. Made once per module, used for all its bots.</summary>
internal sealed class ParameterSchema
{
    readonly SchemaNode _root;

    ParameterSchema(SchemaNode root)
    {
        _root = root;
        Defaults = root.Properties
            .Where(static property => property.Value.HasDefault)
            .ToDictionary(static property => property.Key, static property => property.Value.Default, StringComparer.Ordinal);
    }

    /// <summary>The names that the bot declares.</summary>
    public IEnumerable<string> Names => _root.Properties.Keys;

    /// <summary>Values for what is not given.</summary>
    public IReadOnlyDictionary<string, object?> Defaults { get; }

    /// <summary>Reads the object <c>parameters</c> of a bot in a manifest.</summary>
    /// <exception cref="FormatException">It is not a schema.</exception>
    public static ParameterSchema Parse(JsonElement schema)
    {
        try
        {
            return new ParameterSchema(SchemaNode.Parse(schema));
        }
        catch (InvalidOperationException e)
        {
            throw new FormatException($"The schema of the parameters is malformed: {e.Message}", e);
        }
    }

    /// <summary>Whether a parameter must never be shown, by its declaration or its name.</summary>
    public bool IsSecret(string name) =>
        SecretNames.IsSecret(name) || (_root.Properties.TryGetValue(name, out var node) && node.WriteOnly);

    /// <summary>The host's settings of a bot, with the defaults that the bot declares for them (such as <c>rate_limit</c>).</summary>
    public BotSettings SettingsOf(BotConfiguration bot) =>
        BotSettingsReader.Read(bot.Merged.WithDefaults(Defaults), new ProblemList(bot.Position.File));

    /// <summary>Everything that is wrong with the parameters of a bot beyond <see cref="BotConfiguration.Problems"/>. Resolves no secrets.</summary>
    public IReadOnlyList<ConfigurationProblem> Validate(BotConfiguration bot)
    {
        var problems = new ProblemList(bot.Position.File);
        CheckUnknown(bot, problems);
        CheckRequired(bot, problems);
        var validator = new SchemaValidator(problems);
        foreach (var parameter in Known(bot).Where(parameter => !IsReported(bot, parameter)))
        {
            validator.Check(parameter, NodeOf(parameter.Name)!);
        }

        return problems.Items;
    }

    /// <summary>Warns of global parameters that neither the host nor one of the bots in use knows: most are typing errors.</summary>
    /// <param name="schemas">The schemas of all bots of the configuration. If one is not known, leave the check out.</param>
    public static IReadOnlyList<ConfigurationProblem> CheckGlobal(RuntimeConfiguration configuration, IEnumerable<ParameterSchema> schemas)
    {
        var used = schemas.ToList();
        var problems = new ProblemList(configuration.File);
        if (used.Any(static schema => schema._root.AllowsAdditional == true))
        {
            return problems.Items;
        }

        var known = new HashSet<string>(used.SelectMany(static schema => schema.Names).Concat(FrameworkParameters.Names), StringComparer.Ordinal);
        foreach (var parameter in configuration.GlobalMerged.All)
        {
            if (parameter.Origin == ParameterOrigin.Global && !known.Contains(parameter.Name))
            {
                problems.Add(Severity.Warning, parameter.Span, parameter.Path, $"No bot knows the global parameter '{parameter.Name}'", null, NearestName.Of(parameter.Name, known));
            }
        }

        return problems.Items;
    }

    /// <summary>
    /// The values to bind a bot's options with: only declared names, secrets in place, nothing that is null unless null
    /// is allowed. A reference for a number or boolean is converted as environment variables are.
    /// </summary>
    /// <param name="problems">What is wrong, missing secrets included; empty if the bot can be bound.</param>
    public IReadOnlyDictionary<string, object?> Bind(BotConfiguration bot, SecretReferences secrets, out IReadOnlyList<ConfigurationProblem> problems)
    {
        var list = new ProblemList(bot.Position.File);
        list.AddRange(Validate(bot).Where(static problem => problem.Severity == Severity.Error));
        var bound = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var parameter in Known(bot))
        {
            Bind(parameter, secrets, bound, list);
        }

        problems = list.Items;
        return bound;
    }

    void Bind(MergedParameter parameter, SecretReferences secrets, Dictionary<string, object?> bound, ProblemList problems)
    {
        var node = NodeOf(parameter.Name)!;
        try
        {
            var value = secrets.Resolve(parameter.Value);
            if (parameter.Value is string reference && SecretReferences.IsReference(reference) && !SchemaValidator.Allows(node, ValueTypes.Text))
            {
                value = MergedParameters.FromText((string)value!);
                new SchemaValidator(problems, secret: true).Check(parameter with { Value = value }, node);
            }

            bound[parameter.Name] = value;
        }
        catch (SecretReferenceException e)
        {
            problems.Add(Severity.Error, parameter.Span, parameter.Path, e.Message);
        }
    }

    // Null means "not given" unless the bot gives it a meaning.
    IEnumerable<MergedParameter> Known(BotConfiguration bot) =>
        bot.Merged.All.Where(parameter =>
            NodeOf(parameter.Name) is { } node && (parameter.Value is not null || (node.Types & ValueTypes.Null) != 0));

    SchemaNode? NodeOf(string name) =>
        _root.Properties.GetValueOrDefault(name) ?? (FrameworkParameters.Names.Contains(name) ? null : _root.AdditionalProperties);

    void CheckUnknown(BotConfiguration bot, ProblemList problems)
    {
        if (_root.AllowsAdditional == true)
        {
            return;
        }

        foreach (var parameter in bot.Merged.All)
        {
            if (parameter.Origin == ParameterOrigin.Own && !_root.Properties.ContainsKey(parameter.Name) && !FrameworkParameters.Names.Contains(parameter.Name))
            {
                problems.Add(Severity.Warning, parameter.Span, parameter.Path, $"{bot.Module} knows no parameter '{parameter.Name}'", null,
                    NearestName.Of(parameter.Name, [.. _root.Properties.Keys, .. FrameworkParameters.Names]));
            }
        }
    }

    void CheckRequired(BotConfiguration bot, ProblemList problems)
    {
        foreach (var name in _root.Required.Where(name => !bot.Merged.TryGetValue(name, out var value) || value is null))
        {
            var path = ConfigurationPath.Root.Child(bot.Id).Child("parameters").Child(name);
            var span = bot.Merged.TryFind(name, out var given) && given.Span.Line > 0 ? given.Span : bot.KeySpan;
            var expected = _root.Properties.TryGetValue(name, out var node) ? SchemaValidator.Describe(node) : null;
            problems.Add(Severity.Error, span, path, $"The parameter '{name}' is missing", expected);
        }
    }

    // The host's own settings are checked with the file; one sentence about a value is enough.
    static bool IsReported(BotConfiguration bot, MergedParameter parameter) =>
        bot.Problems.Count > 0
        && bot.Problems.Any(problem => problem.Severity == Severity.Error && problem.Value is not null && problem.Path == parameter.Path.ToString());
}
