using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Tests.Architecture;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Cli;

/// <summary>Whatever a person can do over the admin API, <c>phigw</c> can do: each act has a verb, but for what is named here with its reason.</summary>
public sealed class VerbsOfRoutesTests
{
    /// <summary>Acts that <c>phigw</c> leaves to others, by what their path begins with.</summary>
    private static readonly Dictionary<string, string> Elsewhere = new(StringComparer.Ordinal)
    {
        ["cases"] = "people sort alerts into cases where they look at them: the console",
        ["accounting/holds"] = "a privacy officer keeps the clock of a request where it is printed: the console",
        ["accounting/requests"] = "as above",
    };

    [Fact]
    public async Task Acts_OfTheAdminApi_HaveAVerb()
    {
        await using var server = await AdminServer.StartAsync();
        var code = string.Concat(SourceFiles.Below("src", "PhiGateway.Cli").Select(File.ReadAllText));
        var acts = server
            .Services.GetRequiredService<IEnumerable<EndpointDataSource>>()
            .SelectMany(static source => source.Endpoints)
            .OfType<RouteEndpoint>()
            .Select(static endpoint => endpoint.RoutePattern.RawText!)
            .Where(static path => path.StartsWith("/admin/v1/", StringComparison.Ordinal) && path.Contains(':', StringComparison.Ordinal))
            .Select(static path => path["/admin/v1/".Length..])
            .Distinct()
            .ToList();

        Assert.True(acts.Count > 40, $"{acts.Count} acts");
        Findings.AssertNone(
            acts.Where(act => !HasVerb(code, act) && !Elsewhere.Keys.Any(one => act.StartsWith(one, StringComparison.Ordinal)))
        );
        Findings.AssertNone(Elsewhere.Keys.Where(one => !acts.Exists(act => act.StartsWith(one, StringComparison.Ordinal))));
    }

    // The act is written as a part of a path, or as a word beside the segment that it belongs to.
    private static bool HasVerb(string code, string act)
    {
        var (segment, verb) = (act.Split('/', ':')[0], act[(act.LastIndexOf(':') + 1)..]);
        return code.Contains($"{segment}:{verb}", StringComparison.Ordinal)
            || (
                code.Contains(segment, StringComparison.Ordinal)
                && (code.Contains($"\"{verb}\"", StringComparison.Ordinal) || code.Contains($":{verb}\"", StringComparison.Ordinal))
            );
    }
}
