using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using PhiGateway.Tests.Common.Storage;
using Xunit;

namespace PhiGateway.Tests.Common.Admin;

/// <summary>An import that names its digest: all of what was named, or not one line; over HTTP on every database.</summary>
public abstract class VerifiedImportContract
{
    private const string Path = "/admin/v1/rosters/acme-orders/members:import";
    private const int Lines = 2500;

    private static readonly string Body = string.Concat(Enumerable.Range(1, Lines).Select(i => $"{{\"patient\":\"p-{i}\"}}\n"));

    protected abstract Task<StorageLocation> LocateAsync();

    [Fact]
    public async Task Import_DigestOfAnotherBody_WritesNothing_TheRightBodyUnderTheSameKeyIsWritten()
    {
        await using var world = await OpenAsync();
        var before = await world.Store.GetRevisionAsync(default);
        var refused = await SendAsync(world.Server, Body.Replace("p-2500", "p-2501", StringComparison.Ordinal));
        Assert.Equal((400, "digest-mismatch"), (refused.Status, refused.Code));
        Assert.Equal(before, await world.Store.GetRevisionAsync(default));
        Assert.Equal(["p-0"], await MembersAsync(world));
        Assert.Contains(
            world.Server.Journal.Records,
            static record => record is { Event: "roster.import", Status: 400, Note: "outcome: nothing written: digest-mismatch" }
        );

        var done = await SendAsync(world.Server, Body);
        Assert.True(done.Status == 200, done.Text);
        Assert.Contains("\"state\":\"done\"", done.Text);
        Assert.Equal(Lines + 1, (await MembersAsync(world)).Count);
        Assert.Equal(done.Text.Trim(), (await SendAsync(world.Server, Body)).Text.Trim());
    }

    [Fact]
    public async Task Import_CutShort_WritesNothing()
    {
        await using var world = await OpenAsync();
        using (var socket = await RequestAsync(world.Server, Body[..(Body.Length / 2)], Digest(Body), Body.Length))
        {
            await RecordAsync(world.Server, "intent");
            socket.Client.Shutdown(SocketShutdown.Send);
            Assert.Contains("nothing written: upload-broken", await RecordAsync(world.Server, "outcome"));
        }

        Assert.Equal(["p-0"], await MembersAsync(world));
    }

    [Fact]
    public async Task Import_WholeButNobodyWaits_IsPutIntoForceToItsEnd()
    {
        await using var world = await OpenAsync();
        var many = string.Concat(Enumerable.Range(1, 12_000).Select(i => $"{{\"patient\":\"p-{i}\"}}\n"));
        using (var socket = await RequestAsync(world.Server, many, Digest(many), many.Length))
        {
            // The first word of progress: the upload was held and verified, its lines are being written. Gone.
            await socket.GetStream().ReadExactlyAsync(new byte[1]);
        }

        Assert.Contains("accepted 12000", await RecordAsync(world.Server, "outcome"));
        Assert.Equal(12_001, (await MembersAsync(world)).Count);
    }

    [Fact]
    public async Task Import_DryRunWithAnotherDigest_SaysSo()
    {
        await using var world = await OpenAsync();
        var headers = Headers(Digest("else"));
        Assert.Equal("digest-mismatch", (await world.Server.SendAsync("olga", "POST", Path + "?dry_run=true", Body, headers)).Code);
        Assert.Contains(
            "\"accepted\":2500",
            (await world.Server.SendAsync("olga", "POST", Path + "?dry_run=true", Body, Headers(Digest(Body)))).Text
        );
        Assert.Equal(["p-0"], await MembersAsync(world));
    }

    [Fact]
    public async Task Import_NoRoomToHoldIt_WritesNothing()
    {
        await using var world = await OpenAsync("/nowhere/at/all");
        var answer = await SendAsync(world.Server, Body);
        Assert.Equal((503, "upload-not-held"), (answer.Status, answer.Code));
        Assert.Equal(["p-0"], await MembersAsync(world));
    }

    private async Task<StoredAdmin> OpenAsync(string? spool = null)
    {
        var world = await StoredAdmin.OpenAsync(await LocateAsync(), options => options.SpoolDirectory = spool ?? options.SpoolDirectory);
        Assert.Equal(201, (await world.Server.PostAsync("/admin/v1/rosters", Sample.Roster)).Status);
        Assert.Equal(204, (await world.Server.SendAsync("olga", "PUT", "/admin/v1/rosters/acme-orders/members/p-0")).Status);
        return world;
    }

    private static async Task<List<string>> MembersAsync(StoredAdmin world) =>
        [.. (await world.Store.ListMembersAsync("acme-orders", null, 20_000, default)).Select(static member => member.Patient.Value!)];

    // The digest is always that of the whole, right body: what differs is what arrives.
    private static Task<AdminAnswer> SendAsync(AdminServer server, string body) =>
        server.SendAsync("olga", "POST", Path, body, [.. Headers(Digest(Body)), ("Idempotency-Key", "k")]);

    private static (string, string)[] Headers(string digest) => [("Content-Type", "application/x-ndjson"), ("Content-Digest", digest)];

    private static string Digest(string body) => $"sha-256=:{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(body)))}:";

    private static async Task<TcpClient> RequestAsync(AdminServer server, string sent, string digest, int length)
    {
        var socket = new TcpClient();
        await socket.ConnectAsync(server.Address.Host, server.Address.Port);
        var head =
            $"POST {Path} HTTP/1.1\r\nHost: {server.Address.Authority}\r\nAuthorization: "
            + $"Bearer {server.KeyOf("olga")}\r\nContent-Type: application/x-ndjson\r\n"
            + $"Content-Digest: {digest}\r\nContent-Length: {length.ToString(CultureInfo.InvariantCulture)}\r\n\r\n";
        await socket.GetStream().WriteAsync(Encoding.UTF8.GetBytes(head + sent));
        return socket;
    }

    private static async Task<string> RecordAsync(AdminServer server, string step)
    {
        while (true)
        {
            if (
                server.Journal.Records.FirstOrDefault(record =>
                    record.Event == "roster.import" && record.Note!.StartsWith(step, StringComparison.Ordinal)
                ) is
                { } found
            )
            {
                return found.Note!;
            }

            await Task.Delay(10);
        }
    }
}
