using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>A review says whose word it is that stands there.</summary>
public sealed class ReviewWriterTests
{
    private const string Path = "/admin/v1/reviews/r1";

    [Fact]
    public async Task Patch_ByAnother_SaysThatPerson_OfTheSameWordsTheFirst()
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        const string First = """{"id":"r1","client":"acme-connector","on":"2026-04-01"}""";
        Assert.Equal(201, (await server.PostAsync("/admin/v1/reviews", First, "anna")).Status);

        Assert.Equal(200, (await server.PatchAsync(Path, """{"on":"2026-04-01"}""", "otto")).Status);
        Assert.Equal("anna@hospital.example", await WhoAsync(server));

        Assert.Equal(200, (await server.PatchAsync(Path, """{"on":"2026-05-01"}""", "otto")).Status);
        Assert.Equal("otto@hospital.example", await WhoAsync(server));
        Assert.Equal(422, (await server.PatchAsync(Path, """{"by":"anna@hospital.example"}""", "otto")).Status);
    }

    private static async Task<string> WhoAsync(AdminServer server) => (string)(await server.GetAsync(Path)).Json["by"]!;
}
