using IntelMQ.Configuration;
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

        /// <summary>All parameters with references to secrets resolved.</summary>
        /// <exception cref="ConfigurationException">A variable or file that is referred to does not exist.</exception>
        public IReadOnlyDictionary<string, object?> ResolveParameters(SecretReferences secrets)
        {
            try
            {
                return configuration.Merged.ToDictionary(p => p.Key, p => secrets.Resolve(p.Value), StringComparer.Ordinal);
            }
            catch (SecretReferenceException e)
            {
                throw new ConfigurationException($"{configuration.Position}: {configuration.Id}: {e.Message}", e);
            }
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
