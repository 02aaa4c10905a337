using System.Text;
using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Audit.Keeping;
using PhiGateway.Audit.Records;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Common.Admin.Fakes;
using Xunit;

namespace PhiGateway.Tests.Admin;

public sealed partial class KeepingTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task DeleteMonth_WhoseEndIsNotKnown_SaysSo_AndIsCompletedWhenItIsAskedForAgain(bool isEndShipped)
    {
        await using var server = await StartAsync();
        var keeping = (FakeAuditKeeping)server.Services.GetRequiredService<IAuditKeeping>();
        keeping.LosesAnswer = new TimeoutException();
        Assert.NotEqual(200, (await server.PostAsync(Path + ":delete", Due, "petra")).Status);

        Assert.Equal(2, server.Trail.Entries.Count(static entry => entry.Kind != AuditKind.Hold));
        var end = server.Journal.Records.Single(static record => record.Event == KeepingMonths.DeletedEvent);
        Assert.StartsWith("unknown", end.Note, StringComparison.Ordinal);
        Assert.Contains("\"deleted\":null", end.After, StringComparison.Ordinal);
        if (isEndShipped)
        {
            StoredTrail.Ship(server);
        }

        Assert.False(await IsCoveredAsync(server));
        var dry = await server.PostAsync(Path + ":delete?dry_run=true", Due, "petra");
        Assert.Equal((2, false), ((int)dry.Json["records"]!, (bool)dry.Json["is_deleted"]!));
        var done = await server.PostAsync(Path + ":delete", Due, "petra");
        Assert.True(done.Status == 200, done.Text);
        Assert.Equal((2, true), ((int)done.Json["records"]!, (bool)done.Json["is_deleted"]!));
        StoredTrail.Ship(server);
        Assert.True(await IsCoveredAsync(server));
        Assert.Single(server.Journal.Records, static record => record.Event == KeepingMonths.DeletionEvent);
        Assert.Equal(404, (await server.PostAsync(Path + ":delete", Due, "petra")).Status);
    }

    [Fact]
    public async Task DeleteMonth_WhoseEndIsNotKnownAndThatIsStillThere_IsDeletedAnew()
    {
        await using var server = await StartAsync();
        var keeping = (FakeAuditKeeping)server.Services.GetRequiredService<IAuditKeeping>();
        keeping.LosesAsk = new TimeoutException();
        Assert.NotEqual(200, (await server.PostAsync(Path + ":delete", Due, "petra")).Status);
        StoredTrail.Ship(server);

        Assert.Equal(200, (await server.PostAsync(Path + ":delete", Due, "petra")).Status);
        Assert.Equal(2, server.Journal.Records.Count(static record => record.Event == KeepingMonths.DeletionEvent));
        Assert.Equal(2, server.Trail.Entries.Count(static entry => entry.Kind != AuditKind.Hold));
    }

    [Fact]
    public async Task DeleteMonth_ThatIsGoneWithABeginningThatNoLogProves_IsCompletedByNobody()
    {
        await using var server = await StartAsync();
        await server.Services.GetRequiredService<IAuditKeeping>().DeleteMonthAsync(201503, CancellationToken.None);
        var stray = Step(KeepingMonths.DeletionEvent, Guid.Empty, """{"month":"2015-03","records":2,"logs":[]}""", server.Time.Now);
        server.Trail.Entries.Add(StoredTrail.EntryOf(stray, server.Trail.Entries.Count));

        Assert.Equal(404, (await server.PostAsync(Path + ":delete", Due, "petra")).Status);
        Assert.DoesNotContain(server.Journal.Records, static record => record.Event == KeepingMonths.DeletedEvent);
    }

    [Theory]
    [InlineData("no record")]
    [InlineData("{}")]
    public async Task Hold_WhoseRecordCannotBeRead_KeepsEverything_AndIsLiftedByTwo(string body)
    {
        await using var server = await StartAsync();
        await server.AddKeyAsync("paul", "privacy-officer");
        var hold = StoredTrail.EntryOf(Step("keeping.hold", Guid.Empty, "no content", server.Time.Now), server.Trail.Entries.Count);
        server.Trail.Entries.Add(hold with { Body = Encoding.UTF8.GetBytes(body) });

        var listed = (await server.GetAsync(Path + "/holds", "petra")).Json["items"]!.AsArray();
        Assert.Equal("unreadable", (string)Assert.Single(listed)!["of"]!);
        Assert.Equal("held", (await server.PostAsync(Path + ":delete", Due, "petra")).Code);

        Assert.Equal(200, (await LiftAsync(server, hold.Id, "petra")).Status);
        StoredTrail.Ship(server);
        Assert.Equal(200, (await LiftAsync(server, hold.Id, "paul")).Status);
        StoredTrail.Ship(server);
        Assert.Equal(200, (await server.PostAsync(Path + ":delete", Due, "petra")).Status);
    }

    private static async Task<bool> IsCoveredAsync(AdminServer server)
    {
        var deleted = new DeletedMonths(server.Time);
        await DeletionReader.ReadAsync(server.Trail, deleted, static _ => true, CancellationToken.None);
        return deleted.Covers("gw-01/1", 1, new DateTimeOffset(2015, 3, 31, 0, 0, 0, TimeSpan.Zero));
    }
}
