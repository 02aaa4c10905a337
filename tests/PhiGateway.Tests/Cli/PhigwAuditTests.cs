using System.Text;
using System.Text.Json.Nodes;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Cli;

public sealed class PhigwAuditTests
{
    [Fact]
    public async Task Count_OfASearch_IsATableOfItsFacets()
    {
        await using var server = await StartAsync(3);
        using var phigw = new PhigwShell(server);
        var done = await phigw.RunAsync("august", "", "audit", "count", "--client", "acme", "--use-case", "lab");

        Assert.True(done.Code == 0, done.All);
        Assert.Matches(@"(?m)^all\s+3\s*$", done.Output);
        Assert.Matches(@"(?m)^use_case\s+lab\s+3\s*$", done.Output);
        var unknown = await phigw.RunAsync("august", "", "audit", "count", "--client", "acne");
        Assert.True(unknown.Code == 1, unknown.All);
    }

    [Fact]
    public async Task Timeline_ByDay_IsCounted()
    {
        await using var server = await StartAsync(3);
        using var phigw = new PhigwShell(server);
        string[] arguments = ["audit", "timeline", "--from", "2026-05-01", "--to", "2026-05-03", "--step", "86400", "--by", "client"];
        var done = await phigw.RunAsync("august", "", arguments);

        Assert.True(done.Code == 0, done.All);
        Assert.Matches(@"(?m)^2026-05-01T00:00:00.*acme.*3\s*$", done.Output);
    }

    [Theory]
    [InlineData(false, 1300)]
    [InlineData(true, 1301)]
    public async Task Export_WholeResult_IsAFile(bool csv, int lines)
    {
        await using var server = await StartAsync(1300);
        using var phigw = new PhigwShell(server);
        var file = phigw.At("trail");
        var done = await phigw.RunAsync("august", "", ["audit", "export", "--out", file, .. csv ? new[] { "--csv" } : []]);

        Assert.True(done.Code == 0, done.All);
        Assert.Equal(lines, (await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken)).Length);
        Assert.Contains($"{lines} lines", done.Error);
    }

    [Fact]
    public async Task Export_Refused_LeavesNoFile()
    {
        await using var server = await StartAsync(3);
        using var phigw = new PhigwShell(server);
        var file = phigw.At("trail");
        var done = await phigw.RunAsync("vera", "", "audit", "export", "--out", file);

        Assert.True(done.Code == 3, done.All);
        Assert.False(File.Exists(file) || File.Exists(file + ".part"));
    }

    [Fact]
    public async Task Feed_AskedAgain_GoesOnWhereItWas()
    {
        await using var server = await StartAsync(700);
        using var phigw = new PhigwShell(server);
        var place = phigw.At("place");
        var first = await phigw.RunAsync("august", "", "audit", "feed", "--place", place);
        Assert.True(first.Code == 0, first.All);
        Assert.Equal(Enumerable.Range(0, 700).Select(i => (long)i), Places(first.Output));

        server.Trail.Entries.Add(Entry(700));
        Assert.Equal([700L], Places((await phigw.RunAsync("august", "", "audit", "feed", "--place", place)).Output));
        Assert.Empty(Places((await phigw.RunAsync("august", "", "audit", "feed", "--place", place)).Output));
    }

    private static IEnumerable<long> Places(string output) =>
        output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => (long)JsonNode.Parse(line)!["sequence"]!);

    private static async Task<AdminServer> StartAsync(int records)
    {
        var server = await AdminServer.StartAsync();
        server.Trail.Entries.AddRange(Enumerable.Range(0, records).Select(Entry));
        return server;
    }

    private static AuditEntry Entry(int sequence) =>
        new()
        {
            Log = "gw-01",
            Sequence = sequence,
            Id = new Guid(sequence, 10, 0x7000, [0x80, 0, 0, 0, 0, 0, 0, 1]),
            ParentId = Guid.Empty,
            Kind = AuditKind.Disclosure,
            Event = "read",
            Time = new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero).AddSeconds(sequence),
            Decision = "permit",
            Client = "acme",
            Tenant = "north",
            ResourceType = "Observation",
            Interaction = "read",
            UseCase = "lab",
            ChainHash = new byte[32],
            Body = Encoding.UTF8.GetBytes(
                """{"v":1,"id":"0199a000-0000-7000-8000-000000000001","kind":"decision","event":"read","time":"2026-05-01T12:00:00Z"}"""
            ),
        };
}
