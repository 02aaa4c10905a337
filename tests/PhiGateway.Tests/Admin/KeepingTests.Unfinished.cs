using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Audit.Keeping;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Common.Admin.Fakes;
using Xunit;

namespace PhiGateway.Tests.Admin;

public sealed partial class KeepingTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task DestroyContent_WhoseEndIsNotKnown_SaysSoAndIsCompletedByTwoPersons(bool isEndShipped)
    {
        await using var server = await StartAsync();
        await server.AddKeyAsync("paul", "privacy-officer");
        Assert.Equal(200, (await server.PostAsync(Destroy, North, "petra")).Status);
        StoredTrail.Ship(server);
        var keeping = (FakeAuditKeeping)server.Services.GetRequiredService<IAuditKeeping>();
        keeping.LosesAnswer = new TimeoutException();
        Assert.NotEqual(200, (await server.PostAsync(Destroy, North, "paul")).Status);

        Assert.Equal(2, server.Trail.Entries.Count(static entry => entry.IsDestroyed));
        var end = server.Journal.Records.Single(static record => record.Event == KeepingMonths.DestroyedEvent);
        Assert.StartsWith("unknown", end.Note, StringComparison.Ordinal);
        if (isEndShipped)
        {
            StoredTrail.Ship(server);
        }

        var intent = server.Journal.Records.Single(static record => record.Event == KeepingMonths.DestroyEvent);
        Assert.False(await CoversAsync(server));

        // The ask of before is used up: whoever agrees needs somebody who asks for this.
        Assert.False((bool)(await server.PostAsync(Destroy, North, "paul")).Json["is_destroyed"]!);
        StoredTrail.Ship(server);
        Assert.Equal("second-person", (await server.PostAsync(Destroy, North, "paul")).Code);
        var done = await server.PostAsync(Destroy, North, "petra");
        Assert.True(done.Status == 200, done.Text);
        Assert.True((bool)done.Json["is_destroyed"]!);
        var second = server.Journal.Records.Last(static record => record.Event == KeepingMonths.DestroyEvent);
        Assert.Contains(intent.Id.ToString("D"), second.After!, StringComparison.Ordinal);
        StoredTrail.Ship(server);
        Assert.True(await CoversAsync(server));
        Assert.Equal("destroyed", (await server.PostAsync(Destroy, North, "petra")).Code);
    }

    [Fact]
    public async Task DestroyContent_OfWhatCameLate_NeedsTwoPersonsAgain()
    {
        await using var server = await StartAsync();
        await server.AddKeyAsync("paul", "privacy-officer");
        Assert.Equal(200, (await server.PostAsync(Destroy, North, "petra")).Status);
        StoredTrail.Ship(server);
        Assert.True((bool)(await server.PostAsync(Destroy, North, "paul")).Json["is_destroyed"]!);
        StoredTrail.Ship(server);
        StoredTrail.Add(server, Of(2015, 3, "p-1"));

        Assert.False((bool)(await server.PostAsync(Destroy, North, "paul")).Json["is_destroyed"]!);
        Assert.Single(server.Trail.Entries, static entry => entry is { IsDestroyed: false, Time.Year: 2015 });
        StoredTrail.Ship(server);
        Assert.True((bool)(await server.PostAsync(Destroy, North, "petra")).Json["is_destroyed"]!);
    }

    [Theory]
    [InlineData("not JSON")]
    [InlineData("""{"month":"2015-03","tenant":"north"}""")]
    public async Task DestroyContent_WithABeginningThatNoLogProves_IsCompletedByNobody(string after)
    {
        await using var server = await StartAsync();
        var keeping = server.Services.GetRequiredService<IAuditKeeping>();
        await keeping.DestroyBodiesAsync(201503, "north", CancellationToken.None);
        var stray = Step(KeepingMonths.DestroyEvent, Guid.Empty, after, server.Time.Now);
        server.Trail.Entries.Add(StoredTrail.EntryOf(stray, server.Trail.Entries.Count));

        Assert.Equal("destroyed", (await server.PostAsync(Destroy, North, "petra")).Code);
    }

    private static async Task<bool> CoversAsync(AdminServer server)
    {
        var deleted = new DeletedMonths(server.Time);
        await DeletionReader.ReadAsync(server.Trail, deleted, static _ => true, CancellationToken.None);
        return deleted.CoversBody("gw-01/1", 1, new DateTimeOffset(2015, 3, 31, 0, 0, 0, TimeSpan.Zero), "north");
    }
}
