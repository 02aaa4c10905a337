using System.Collections;
using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace PhiGateway.Gateway.Configuration;

/// <summary>Finds keys that no option has: a misspelt limit is a limit that does not hold.</summary>
internal static class UnknownKeys
{
    /// <summary>Every unknown key below a section that is bound to a type.</summary>
    public static IEnumerable<ConfigurationProblem> Find(IConfigurationSection section, Type type)
    {
        var properties = type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(static property => property.CanWrite)
            .ToDictionary(static property => property.Name, StringComparer.OrdinalIgnoreCase);
        foreach (var child in section.GetChildren())
        {
            if (!properties.TryGetValue(child.Key, out var property))
            {
                yield return new ConfigurationProblem(child.Path, "is not a known key.");
                continue;
            }

            foreach (var problem in Below(child, property.PropertyType))
            {
                yield return problem;
            }
        }
    }

    private static IEnumerable<ConfigurationProblem> Below(IConfigurationSection section, Type type)
    {
        if (ElementOf(type) is { } element)
        {
            return IsPlain(element) ? [] : section.GetChildren().SelectMany(item => Find(item, element));
        }

        if (IsPlain(type))
        {
            return section.GetChildren().Any() ? [new ConfigurationProblem(section.Path, "must be a plain value.")] : [];
        }

        return section.Value is not null && !section.GetChildren().Any() && section.Value.Length > 0
            ? [new ConfigurationProblem(section.Path, "must be an object.")]
            : Find(section, type);
    }

    private static Type? ElementOf(Type type) =>
        type != typeof(string) && type.IsGenericType && typeof(IEnumerable).IsAssignableFrom(type) ? type.GetGenericArguments()[0] : null;

    private static bool IsPlain(Type type) => type.IsPrimitive || type.IsEnum || type == typeof(string) || type == typeof(TimeSpan) || Nullable.GetUnderlyingType(type) is not null;
}
