using System.Security.Cryptography;
using System.Text;
using PhiGateway.Admin.Http;
using PhiGateway.Admin.Rosters;
using Xunit;

namespace PhiGateway.Tests.Admin;

public sealed class SealedSpoolTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(SealedSpool.ChunkSize - 1)]
    [InlineData(SealedSpool.ChunkSize)]
    [InlineData(SealedSpool.ChunkSize + 1)]
    [InlineData((3 * SealedSpool.ChunkSize) + 17)]
    public async Task Spool_AnyLength_ReadsWhatWasWritten(int length)
    {
        var folder = Directory.CreateTempSubdirectory("phigw-spool-");
        var written = RandomNumberGenerator.GetBytes(length);
        await using (var spool = SealedSpool.Create(Room(directory: folder.FullName)))
        {
            for (var at = 0; at < length; at += 1000)
            {
                await spool.WriteAsync(written.AsMemory(at, Math.Min(1000, length - at)));
            }

            await spool.TurnAsync(default);
            using var read = new MemoryStream();
            await spool.CopyToAsync(read);
            Assert.Equal(written, read.ToArray());
        }

        Assert.Empty(folder.GetFiles());
        folder.Delete();
    }

    [Fact]
    public async Task Spool_OnDisk_HasNoNameAndShowsNothing()
    {
        var folder = Directory.CreateTempSubdirectory("phigw-spool-");
        await using var spool = SealedSpool.Create(Room(directory: folder.FullName));
        var line = Encoding.UTF8.GetBytes("{\"patient\":\"canary-4711\"}\n");
        for (var i = 0; i < 10_000; i++)
        {
            await spool.WriteAsync(line);
        }

        await spool.TurnAsync(default);
        Assert.Empty(folder.GetFiles());
        var open = Directory.GetFiles("/proc/self/fd").Single(link => TargetOf(link).StartsWith(folder.FullName, StringComparison.Ordinal));
        await using var raw = new FileStream(open, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[SealedSpool.ChunkSize];
        await raw.ReadExactlyAsync(bytes);
        Assert.Equal(-1, bytes.AsSpan().IndexOf("canary"u8));
        folder.Delete();
    }

    [Fact]
    public async Task Hold_UploadLargerThanMayBeHeld_IsTooLarge_OneThatFitsIsHeld()
    {
        var body = new byte[100];
        var digest = SHA256.HashData(body);
        Assert.True((await ImportUpload.HoldAsync(new MemoryStream(body), digest, Room(), most: 99)).Failed(out var problem, out _));
        Assert.Equal((413, "body-too-large"), (problem.Status, problem.Code));
        Assert.False((await ImportUpload.HoldAsync(new MemoryStream(body), digest, Room(), most: 100)).Failed(out _, out var spool));
        await spool!.DisposeAsync();
    }

    /// <summary>However many uploads there are: together they hold what the room is, and the disk keeps what is others'.</summary>
    [Fact]
    public async Task Hold_MoreThanTheRoomOfAll_IsNotHeld_AndWhatWasHeldMakesRoomAgain()
    {
        var body = new byte[3 * SealedSpool.ChunkSize];
        var digest = SHA256.HashData(body);
        var room = Room(body.Length * 5 / 2);
        Assert.False((await ImportUpload.HoldAsync(new MemoryStream(body), digest, room)).Failed(out _, out var first));
        Assert.False((await ImportUpload.HoldAsync(new MemoryStream(body), digest, room)).Failed(out _, out var second));
        Assert.True((await ImportUpload.HoldAsync(new MemoryStream(body), digest, room)).Failed(out var full, out _));
        Assert.Equal((503, "upload-not-held", 60), (full.Status, full.Code, full.RetryAfter));

        await first!.DisposeAsync();
        Assert.False((await ImportUpload.HoldAsync(new MemoryStream(body), digest, room)).Failed(out _, out var third));
        await second!.DisposeAsync();
        await third!.DisposeAsync();

        // A disk with little left is left alone.
        var exhausted = new List<string>();
        var small = new SpoolRoom(Path.GetTempPath(), 1L << 33, static _ => SpoolRoom.LeastFree + 1024, exhausted.Add);
        Assert.True((await ImportUpload.HoldAsync(new MemoryStream(body), digest, small)).Failed(out full, out _));
        Assert.Equal("upload-not-held", full.Code);
        Assert.Contains("spool-bytes", exhausted);
    }

    [Fact]
    public void Enter_MoreUploadsOfOnePersonThanAreHeldAtATime_IsRefused_AnothersAreNot()
    {
        var room = Room();
        var held = Enumerable.Range(0, SpoolRoom.MostOfOne).Select(_ => room.TryEnter("feed@hospital.example")).ToList();
        Assert.DoesNotContain(null, held);
        Assert.Null(room.TryEnter("Feed@hospital.example"));
        Assert.NotNull(room.TryEnter("other@hospital.example"));
        held[0]!.Dispose();
        held[0]!.Dispose();
        Assert.NotNull(room.TryEnter("feed@hospital.example"));
        Assert.Null(room.TryEnter("feed@hospital.example"));
    }

    private static SpoolRoom Room(long bytes = 1L << 33, string? directory = null) =>
        new(directory ?? Path.GetTempPath(), bytes, static _ => long.MaxValue);

    // What the other tests had open a moment ago may be closed by now.
    private static string TargetOf(string link)
    {
        try
        {
            return File.ResolveLinkTarget(link, returnFinalTarget: false)?.FullName ?? string.Empty;
        }
        catch (FileNotFoundException)
        {
            return string.Empty;
        }
    }
}
