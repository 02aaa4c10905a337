using System.Collections;
using System.Reflection;
using System.Text.RegularExpressions;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.Tests.Architecture;

/// <summary>The configuration document has a row for every key that exists, and for no other.</summary>
public sealed partial class ConfigurationDocumentTests
{
    private static readonly string[] Rows =
    [
        .. Row()
            .Matches(File.ReadAllText(RepositoryPaths.Of("docs", "configuration.md")))
            .Select(static match => match.Groups["key"].Value),
    ];

    [Fact]
    public void Options_EveryKey_HasARow() => Findings.AssertNone(Keys().Except(Rows).Select(static key => $"no row: {key}"));

    [Fact]
    public void Rows_EachOne_IsAKey() => Findings.AssertNone(Rows.Except(Keys()).Select(static row => $"no such key: {row}"));

    [Fact]
    public void Rows_Keys_StandOnce() => Assert.Equal(Rows.Length, Rows.Distinct().Count());

    private static IEnumerable<string> Keys() =>
        Of(typeof(GatewayOptions), "PhiGateway").Concat(RouteMetadata.OfRoutes).Concat(RouteMetadata.OfClusters);

    private static IEnumerable<string> Of(Type type, string path) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(static property => property.CanWrite)
            .SelectMany(property =>
            {
                var key = $"{path}:{property.Name}";
                var value = property.PropertyType;
                return value.IsGenericType
                    && value.GetGenericArguments() is [var item]
                    && typeof(IEnumerable).IsAssignableFrom(value)
                    && IsSection(item)
                        ? Of(item, key + ":n")
                    : IsSection(value) ? Of(value, key)
                    : [key];
            });

    // Declared APIs are tables of their own, by name.
    private static bool IsSection(Type type) =>
        type.IsClass
        && type != typeof(string)
        && type.Namespace!.StartsWith("PhiGateway", StringComparison.Ordinal)
        && !typeof(IEnumerable).IsAssignableFrom(type);

    [GeneratedRegex(@"^\| \*{0,2}`(?<key>[^`]+)`", RegexOptions.Multiline)]
    private static partial Regex Row();
}
