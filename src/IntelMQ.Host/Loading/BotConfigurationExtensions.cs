using IntelMQ.Configuration;
using IntelMQ.Configuration.Schema;
using IntelMQ.Sdk;

namespace IntelMQ.Host.Loading;

static class BotConfigurationExtensions
{
    extension(BotConfiguration configuration)
    {
        /// <summary>Whether a bot would run just the same with the other configuration.</summary>
        public bool HasSameEffectAs(BotConfiguration other) =>
            string.Equals(configuration.Module, other.Module, StringComparison.Ordinal)
            && string.Equals(configuration.SourceQueue, other.SourceQueue, StringComparison.Ordinal)
            && configuration.Settings.Package == other.Settings.Package
            && FieldValue.From(configuration.Merged) == FieldValue.From(other.Merged);

        /// <summary>All parameters; references to secrets are resolved in those that the bot declares.</summary>
        /// <exception cref="ConfigurationException">Values do not fit, or a variable or file that is referred to does not exist; all problems at once.</exception>
        public IReadOnlyDictionary<string, object?> BindParameters(ParameterSchema schema, SecretReferences secrets)
        {
            var bound = schema.Bind(configuration, secrets, out var problems);
            if (problems.Count > 0) throw new ConfigurationException(string.Join('\n', problems));

            var parameters = configuration.Merged.ToDictionary(StringComparer.Ordinal);
            foreach (var (name, value) in bound) parameters[name] = value;
            return parameters;
        }

        /// <summary>A problem with a parameter, with its place in the file.</summary>
        public string Describe(string path, string message, string expected)
        {
            var name = path.Split('.', '[')[0];
            var place = configuration.Merged.TryFind(name, out var parameter) && parameter.Origin != ParameterOrigin.Environment
                ? $"{configuration.Position.File}:{parameter.Span.Line}:{parameter.Span.Column}"
                : configuration.Position.ToString();
            return $"{place}: error: {configuration.Id}.parameters.{path}: {message}; expected {expected}";
        }
    }
}
