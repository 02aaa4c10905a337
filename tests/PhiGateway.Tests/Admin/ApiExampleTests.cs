using System.Reflection;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Clients;
using PhiGateway.Admin.Declarative;
using PhiGateway.Admin.Documents;
using PhiGateway.Admin.Http;
using PhiGateway.Admin.Rosters;
using PhiGateway.RegistryFiles.Documents;
using PhiGateway.RegistryFiles.Files;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>The description of the admin API has an example of every body, and each is what its endpoint takes.</summary>
public sealed class ApiExampleTests
{
    private static readonly MethodInfo ReadVerb = typeof(VerbBody).GetMethod(
        nameof(VerbBody.Read),
        BindingFlags.NonPublic | BindingFlags.Static
    )!;

    [Fact]
    public async Task Example_OfEveryBody_IsThereAndIsReadByItsReader()
    {
        await using var server = await AdminServer.StartAsync();
        var paths = (await server.GetAsync("/openapi/v1.json")).Json["paths"]!.AsObject();
        var read = 0;
        foreach (var (path, type, mediaType, example) in Bodies(server, paths))
        {
            Assert.True(example is not null, $"{path}: no example of {type.Name} as {mediaType}");
            var why = WhyNot(type, mediaType, example);
            Assert.True(why is null, $"{path}: {why}");
            read++;
        }

        Assert.True(read > 60, $"{read} examples");
    }

    [Fact]
    public async Task Example_OfEveryDocument_IsTakenByItsEndpoint()
    {
        await using var server = await AdminServer.StartAsync();
        await server.AddKeyAsync("all", [.. AdminRoles.Given]);
        var paths = (await server.GetAsync("/openapi/v1.json")).Json["paths"]!.AsObject();
        var order = RegistryRoute.All.Where(static route => route.Writers.Count > 0).OrderBy(static route => Place(route.Segment)).ToList();
        foreach (var route in order)
        {
            var path = "/admin/v1/" + route.Segment;
            var example = paths[path]!["post"]!["requestBody"]!["content"]!["application/json"]!["example"]!;
            var made = await server.PostAsync(path, example.ToJsonString(), "all");
            Assert.True(made.Status == 201, $"{path}: {made.Status} {made.Text}");
            var patch = paths[path + "/{id}"]!["patch"]!["requestBody"]!["content"]!["application/merge-patch+json"]!["example"]!;
            var changed = await server.SendAsync(
                "all",
                "PATCH",
                $"{path}/{(string)example["id"]!}",
                patch.ToJsonString(),
                ("Content-Type", "application/merge-patch+json"),
                ("If-Match", made.ETag!)
            );
            Assert.True(changed.Status == 200, $"{path}: {changed.Status} {changed.Text}");
        }
    }

    // What is referred to comes before what refers.
    private static int Place(string segment) =>
        Array.IndexOf(["organizations", "agreements", "rosters", "use-cases", "clients", "credentials"], segment) is >= 0 and var place
            ? place
            : int.MaxValue;

    private static IEnumerable<(string Path, Type Type, string MediaType, JsonNode? Example)> Bodies(AdminServer server, JsonObject paths)
    {
        foreach (
            var endpoint in server
                .Services.GetRequiredService<IEnumerable<EndpointDataSource>>()
                .SelectMany(static source => source.Endpoints)
                .OfType<RouteEndpoint>()
                .Where(static endpoint => endpoint.RoutePattern.RawText!.StartsWith("/admin", StringComparison.Ordinal))
        )
        {
            if (endpoint.Metadata.GetMetadata<IAcceptsMetadata>() is not { RequestType: { } type })
            {
                continue;
            }

            var method = endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods[0].ToLowerInvariant();
            var path = endpoint.RoutePattern.RawText!;
            foreach (var (mediaType, media) in paths[path]![method]!["requestBody"]!["content"]!.AsObject())
            {
                yield return ($"{method} {path}", type, mediaType, media!["example"]);
            }
        }
    }

    // Why it is not read; null: it is.
    private static string? WhyNot(Type type, string mediaType, JsonNode example)
    {
        if (RegistryRoute.All.Any(route => route.Type == type))
        {
            // Taken by its endpoint, in the other test.
            return example is JsonObject ? null : "no object";
        }

        if (type == typeof(RegistryFileBody))
        {
            var isYaml = mediaType == ConfigEndpoints.Yaml;
            var bytes = Encoding.UTF8.GetBytes(isYaml ? (string)example! : example.ToJsonString());
            return
                RegistryFile.Read(bytes, isYaml).Failed(out var refusal, out var file)
                || FilePlanner.Plan(file, WorkingSet.Empty, "a", prune: false).Failed(out refusal, out _)
                ? string.Join(' ', refusal.Findings.Select(static finding => finding.Pointer + " " + finding.Detail))
                : null;
        }

        if (type == typeof(MemberLine))
        {
            var line = mediaType == MemberImport.MediaType ? ((string)example!).TrimEnd() : example.ToJsonString();
            return MemberLine.Read(Encoding.UTF8.GetBytes(line), out var code) is null ? code : null;
        }

        // What is documented with its credential typed is read with it as a document, by that one's rules.
        var read = type == typeof(RotateBody) ? typeof(RotateInput) : type;
        // A body of which a member is misspelled is refused, as by the endpoint.
        var outcome = ReadVerb.MakeGenericMethod(read).Invoke(null, [example.DeepClone().AsObject()])!;
        return (outcome.GetType().GetProperty("Problem")!.GetValue(outcome) as AdminProblem)?.Errors?[0].ToString();
    }
}
