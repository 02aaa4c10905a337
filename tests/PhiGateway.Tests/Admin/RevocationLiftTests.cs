using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>What is revoked is lifted by another person than who revoked it since the last lift; a stop waits for no database that hangs.</summary>
public sealed class RevocationLiftTests
{
    private const string Path = "/admin/v1/revocations";
    private const string Issuer = """{"target":"issuer","value":"hospital-idp","reason":"leak"}""";
    private const string Why = """{"reason":"mistake"}""";

    [Fact]
    public async Task Lift_OfWhatWasRevokedAndLiftedBefore_IsOpenToWhoRevokedItThen()
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        var first = await RevokeAsync(server, "anna");
        Assert.Equal("four-eyes", (await server.PostAsync($"{Path}/{first}:lift", Why, "anna")).Code);
        Assert.Equal(200, (await server.PostAsync($"{Path}/{first}:lift", Why, "arno")).Status);

        // Months later, the other way round: of two approvers one must be able to.
        var second = await RevokeAsync(server, "arno");
        Assert.Equal("four-eyes", (await server.PostAsync($"{Path}/{second}:lift", Why, "arno")).Code);
        Assert.Equal(200, (await server.PostAsync($"{Path}/{second}:lift", Why, "anna")).Status);

        // Whoever wrote one of those that stand lifts none of them, by whichever row.
        var third = await RevokeAsync(server, "anna");
        var fourth = await RevokeAsync(server, "arno");
        foreach (var row in (string[])[first, second, third, fourth])
        {
            foreach (var person in (string[])["anna", "arno"])
            {
                Assert.Equal("four-eyes", (await server.PostAsync($"{Path}/{row}:lift", Why, person)).Code);
            }
        }
    }

    [Fact]
    public async Task Lift_OfWhatIsLiftedAlready_IsRefused_RevokedAnewItIsNot()
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        var first = await RevokeAsync(server, "anna");
        Assert.Equal(200, (await server.PostAsync($"{Path}/{first}:lift", Why, "arno")).Status);
        var writes = server.Store.Writes;
        foreach (var person in (string[])["anna", "arno"])
        {
            var again = await server.PostAsync($"{Path}/{first}:lift", Why, person);
            Assert.Equal((409, "already-lifted"), (again.Status, again.Code));
        }

        Assert.Equal(writes, server.Store.Writes);
        _ = await RevokeAsync(server, "anna");
        Assert.Equal(200, (await server.PostAsync($"{Path}/{first}:lift", Why, "arno")).Status);
    }

    // An emergency stop between the look at what stands and the lift: its author was told that it is in force.
    [Fact]
    public async Task Lift_WhileTheSameIsRevokedAnew_LiftsNothing_OnceItIsSeenItDoes()
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        var first = await RevokeAsync(server, "otto");
        var anew = new Revocation(
            "anew",
            RevocationTarget.Issuer,
            "hospital-idp",
            null,
            null,
            "again",
            "olga@hospital.example",
            server.Time.Now
        );
        server.Store.BeforeWrite = () => _ = server.Store.RevokeAsync(anew, default);

        var late = await server.PostAsync($"{Path}/{first}:lift", Why, "anna");
        Assert.Equal((503, "registry-busy"), (late.Status, late.Code));
        Assert.DoesNotContain(await server.Store.ListRevocationsAsync(10, default), static row => row.Lifted);

        Assert.Equal(200, (await server.PostAsync($"{Path}/{first}:lift", Why, "anna")).Status);
        Assert.True((await server.Store.ListRevocationsAsync(10, default))[0].Lifted);
    }

    /// <summary>After a failover the registry may not say what there is for long; what was read last will do to stop something.</summary>
    [Fact]
    public async Task Revoke_WhileTheRegistryDoesNotSayWhatThereIs_IsWritten_AndWhatIsUnknownIsRefusedOnceItDoes()
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        var there = new TaskCompletionSource();
        server.Store.PlaceHeld = there.Task;
        Assert.Equal(201, (await server.PostAsync(Path, """{"target":"client","value":"acme-connector","reason":"leak"}""")).Status);

        // Nobody can tell whether there is one: it is stopped all the same.
        Assert.Equal(201, (await server.PostAsync(Path, """{"target":"client","value":"unknown","reason":"leak"}""")).Status);
        Assert.Equal(2, (await server.Store.ListRevocationsAsync(10, default)).Count);
        var lift = server.PostAsync(Path + "/x:lift", Why, "anna");

        there.SetResult();
        Assert.Equal(404, (await lift).Status);
        Assert.Equal(422, (await server.PostAsync(Path, """{"target":"client","value":"unknown","reason":"leak"}""")).Status);
        Assert.Equal(401, (await server.SendAsync(null, "POST", Path, Issuer)).Status);
    }

    // Nodes read both spellings as one: a lift of the one takes the other away.
    [Fact]
    public async Task Lift_OfWhatIsSaidInTwoSpellings_IsOfBoth_AndNeverByWhoWroteEither()
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        var now = server.Time.Now;
        var star = new Revocation("r-star", RevocationTarget.IssuedBefore, "*", "*", now, "leak", "otto@hospital.example", now);
        await server.Store.RevokeAsync(star, default);
        var plain = await server.PostAsync(Path, """{"target":"issued-before","issuer":"*","reason":"leak"}""", "anna");
        Assert.Equal((201, null), (plain.Status, (string?)plain.Json["issuer"]));

        Assert.Equal("four-eyes", (await server.PostAsync($"{Path}/r-star:lift", Why, "anna")).Code);
        Assert.Equal(200, (await server.PostAsync($"{Path}/r-star:lift", Why, "arno")).Status);
        Assert.Equal("already-lifted", (await server.PostAsync($"{Path}/{(string)plain.Json["id"]!}:lift", Why, "arno")).Code);

        // Of a token it is every issuer's as well: under a name that no issuer bears it would stop nobody.
        var token = await server.PostAsync(Path, """{"target":"token","value":"jti-1","issuer":"*","reason":"leak"}""", "anna");
        Assert.Equal((201, null), (token.Status, (string?)token.Json["issuer"]));
    }

    // Rows of a token end by themselves: a lift that ended before one of them would leave the token revoked again.
    [Fact]
    public async Task Lift_OfATokenWhoseRowsEndAtDifferentTimes_StaysAsLongAsTheLast()
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        var now = server.Time.Now;
        foreach (var (id, hours) in ((string, int)[])[("r-long", 2), ("r-short", 1)])
        {
            var row = new Revocation(id, RevocationTarget.TokenHash, new string('a', 64), null, null, "leak", "otto@hospital.example", now)
            {
                Until = now.AddHours(hours),
            };
            await server.Store.RevokeAsync(row, default);
        }

        Assert.Equal(200, (await server.PostAsync($"{Path}/r-short:lift", Why, "anna")).Status);
        var lift = (await server.Store.ListRevocationsAsync(10, default))[0];
        Assert.Equal((true, now.AddHours(2)), (lift.Lifted, lift.Until!.Value));
    }

    private static async Task<string> RevokeAsync(AdminServer server, string person)
    {
        var made = await server.PostAsync(Path, Issuer, person);
        Assert.True(made.Status == 201, made.Text);
        return (string)made.Json["id"]!;
    }
}
