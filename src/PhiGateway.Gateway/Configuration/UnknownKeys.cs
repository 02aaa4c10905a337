using System.Collections;
using System.ComponentModel;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using PhiGateway.Policy.Validation;

namespace PhiGateway.Gateway.Configuration;

/// <summary>
/// Finds keys that no option has, and values that are none of their kind: a misspelt limit is a limit that does not hold.
/// </summary>
internal static class UnknownKeys
{
    /// <summary>Every unknown key and unreadable value below a section that is bound to a type.</summary>
    public static IEnumerable<ConfigurationProblem> Find(IConfigurationSection section, Type type)
    {
        var properties = type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(static property => property.CanWrite)
            .ToDictionary(static property => property.Name, StringComparer.OrdinalIgnoreCase);
        foreach (var child in section.GetChildren())
        {
            if (!properties.TryGetValue(child.Key, out var property))
            {
                yield return new ConfigurationProblem(child.Path, "is not a known key." + NearestName.Hint(child.Key, properties.Keys));
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
            return section.GetChildren().SelectMany(item => Below(item, element));
        }

        if ((Nullable.GetUnderlyingType(type) ?? type).IsDefined(typeof(FlagsAttribute), inherit: false))
        {
            // A set of flags is written as one value or as a list.
            return [];
        }

        if (IsPlain(type))
        {
            if (section.GetChildren().Any())
            {
                return [new ConfigurationProblem(section.Path, "must be a plain value.")];
            }

            return IsReadable(section.Value, type)
                ? []
                : [new ConfigurationProblem(section.Path, "cannot be read as the kind of value it must be.")];
        }

        return section.Value is not null && !section.GetChildren().Any() && section.Value.Length > 0
            ? [new ConfigurationProblem(section.Path, "must be an object.")]
            : Find(section, type);
    }

    private static bool IsReadable(string? value, Type type)
    {
        var kind = Nullable.GetUnderlyingType(type) ?? type;
        if (value is null || (value.Length == 0 && kind != type) || !(kind.IsPrimitive || kind.IsEnum || kind == typeof(TimeSpan)))
        {
            return true;
        }

        try
        {
            // As the binder does it.
            return TypeDescriptor.GetConverter(kind).ConvertFromInvariantString(value) is not null;
        }
#pragma warning disable CA1031 // Converters wrap what they find in exceptions of no common type.
        catch (Exception)
#pragma warning restore CA1031
        {
            return false;
        }
    }

    private static Type? ElementOf(Type type) =>
        type != typeof(string) && type.IsGenericType && typeof(IEnumerable).IsAssignableFrom(type) ? type.GetGenericArguments()[^1] : null;

    private static bool IsPlain(Type type) =>
        type.IsPrimitive
        || type.IsEnum
        || type == typeof(string)
        || type == typeof(TimeSpan)
        || type == typeof(Uri)
        || type == typeof(Version)
        || Nullable.GetUnderlyingType(type) is not null;
}
