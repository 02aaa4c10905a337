using System.Text.Json.Nodes;
using PhiGateway.EndToEnd.Peers;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.EndToEnd.Admin;

/// <summary>The published description of the admin API is clean by the rules of a linter that nobody here wrote.</summary>
public sealed class ApiLintTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("phigw-lint-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Document_AsPublished_HasNoErrorAndNoWarning()
    {
        await using var server = await AdminServer.StartAsync();

        Assert.Equal("0 errors, 0 warnings", (await LintAsync((await server.ReadDocumentAsync()).Text)).Trim());
    }

    // That the linter looks at all.
    [Fact]
    public async Task Document_WithoutItsServers_IsFound()
    {
        await using var server = await AdminServer.StartAsync();
        var document = (await server.ReadDocumentAsync()).Json.AsObject();
        document.Remove("servers");
        document["paths"]!["/admin/v1/clients"]!["get"]!["responses"] = new JsonObject();

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => LintAsync(document.ToJsonString()));
        Assert.Contains("no-empty-servers", refused.Message, StringComparison.Ordinal);
    }

    private async Task<string> LintAsync(string document)
    {
        var file = Path.Combine(_folder.FullName, "openapi.json");
        await File.WriteAllTextAsync(file, document);
        return await NodePeers.RunAsync("admin/lint.mjs", new Dictionary<string, string> { ["API_DOCUMENT"] = file });
    }
}
