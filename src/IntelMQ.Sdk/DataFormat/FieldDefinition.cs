namespace IntelMQ.Sdk;

/// <summary>One field as a file or a package defines it, before it is checked.</summary>
sealed class FieldDefinition(string section, string name)
{
    public string? Type { get; set; }

    public int? Length { get; set; }

    public string? Regex { get; set; }

    public string? CaseInsensitiveRegex { get; set; }

    public string? Description { get; set; }

    /// <summary>The definition of a package's field.</summary>
    public static FieldDefinition Of(AddedField field) => new(field.Section, field.Name)
    {
        Type = field.Type, Length = field.Length, Regex = field.Regex, CaseInsensitiveRegex = field.CaseInsensitiveRegex, Description = field.Description,
    };

    /// <summary>The rule, or null when something is wrong with the definition.</summary>
    /// <param name="report">Is told each thing that is wrong, in words that follow the path of the field.</param>
    public FieldRule? ToRule(Action<string> report)
    {
        var isSound = true;
        if (!MessageRules.IsWellFormed(name))
            Refuse(@"the name is not allowed; expected lower-case letters, digits, '_' and dots: ^[a-z_][a-z_0-9]+(\.[a-z_0-9]+)*$.");
        var type = TypeNamed(Refuse);
        var pattern = Compile("regex", Regex, ignoreCase: false, Refuse);
        var caseInsensitive = Compile("iregex", CaseInsensitiveRegex, ignoreCase: true, Refuse);
        return isSound && type is not null
            ? new FieldRule(Field.Named(name), type, Length, pattern, caseInsensitive, Description)
            {
                IsContainer = type == DataType.JsonDict, RegexText = Regex, CaseInsensitiveRegexText = CaseInsensitiveRegex,
            }
            : null;

        void Refuse(string what)
        {
            isSound = false;
            report(what);
        }
    }

    DataType? TypeNamed(Action<string> refuse)
    {
        if (Type is null) return null;
        // Configurations from before JSONDict existed.
        if (section == "event" && name == "extra" && Type == "JSON") return DataType.JsonDict;
        var type = DataType.Named(Type);
        if (type is null) refuse($"there is no type '{Type}'.{NearestName.Hint(Type, DataType.All.Select(t => t.Name))}");
        return type;
    }

    static FieldPattern? Compile(string option, string? pattern, bool ignoreCase, Action<string> refuse)
    {
        try
        {
            return pattern is null ? null : FieldPattern.Create(pattern, ignoreCase);
        }
        catch (ArgumentException e)
        {
            refuse($"{option} '{pattern}' is not a regular expression: {e.Message}");
            return null;
        }
    }
}
