using System.Buffers.Text;
using System.Globalization;
using System.Text;
using PhiGateway.Admin.Trail;
using PhiGateway.Audit.Shipping;
using PhiGateway.Tests.Common.Audit;
using PhiGateway.Tests.Sinks;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>A place in every log: whatever is written can be read, however many logs there are.</summary>
public sealed class FeedCursorTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(300)]
    [InlineData(1000)]
    public void Write_SoManyLogs_IsReadAgain(int logs)
    {
        var cursor = FeedCursor.Read(null)!;
        for (var i = 0; i < logs; i++)
        {
            cursor.Begin(Log(i), PlaceOf(i));
        }

        // What nobody wrote into yet costs nothing, however many of them somebody begins.
        for (var i = 0; i < 10_000; i++)
        {
            cursor.Begin($"x/{i}", 0);
        }

        var text = cursor.Write();
        Assert.InRange(text.Length, 1, FeedCursor.MostText);
        var read = FeedCursor.Read(text);
        Assert.NotNull(read);
        Assert.All(Enumerable.Range(0, logs), i => Assert.Equal(PlaceOf(i), read.NextOf(Log(i))));
        Assert.Equal(0, read.NextOf("x/1"));
        Assert.Equal(text, read.Write());
    }

    /// <summary>What would not be read again is not handed out: its reader keeps the place that it has.</summary>
    [Theory]
    [InlineData(1000, null)]
    [InlineData(3000, "too-many-logs")]
    public void HandOut_SoManyLogs_IsWhatIsReadAgainOrRefused(int logs, string? refusal)
    {
        var cursor = new FeedCursor();
        for (var i = 0; i < logs; i++)
        {
            cursor.Begin(Log(i), PlaceOf(i));
        }

        var isRefused = cursor.HandOut().Failed(out var problem, out var text);
        Assert.Equal((refusal is not null, refusal), (isRefused, problem?.Code));
        Assert.Equal(isRefused, FeedCursor.Read(text ?? cursor.Write()) is null);
    }

    [Fact]
    public void Pass_LastPlaceThereIs_IsReadAgain()
    {
        var cursor = new FeedCursor();
        cursor.Pass(SinkSample.Stored(TestRecords.Disclosure(), long.MaxValue, "gw-01/x"));
        cursor.Pass(SinkSample.Stored(TestRecords.Disclosure(), 3, "gw-02/x"));

        var read = FeedCursor.Read(cursor.Write())!;
        Assert.Equal((long.MaxValue, 4L), (read.NextOf("gw-01/x"), read.NextOf("gw-02/x")));
    }

    [Fact]
    public void Write_PlaceThatPassedOverGaps_IsReadAgain_UntilTheyAreFilled()
    {
        var cursor = new FeedCursor();
        cursor.BeginBehind(new AuditLogMark("gw-01/x", 2) { Highest = 8 });
        cursor.BeginBehind(new AuditLogMark("gw-02/x", 5));
        cursor.Note(new AuditLogMark("gw-01/x", 2));
        cursor.Pass(SinkSample.Stored(TestRecords.Disclosure(), 12, "gw-01/x"));

        var read = FeedCursor.Read(cursor.Write())!;
        Assert.Equal((13L, 6L), (read.NextOf("gw-01/x"), read.NextOf("gw-02/x")));
        Assert.Equal([new PlaceHole(3, 9), new PlaceHole(9, 12)], read.GapsOf("gw-01/x"));
        Assert.Empty(read.GapsOf("gw-02/x"));

        read.Pass(SinkSample.Stored(TestRecords.Disclosure(), 3, "gw-01/x"));
        Assert.Equal([new PlaceHole(4, 9), new PlaceHole(9, 12)], read.GapsOf("gw-01/x"));
        read.Fill("gw-01/x", 8);
        read.Fill("gw-01/x", 11);
        Assert.Empty(FeedCursor.Read(read.Write())!.GapsOf("gw-01/x"));
        Assert.Equal(13, read.NextOf("gw-01/x"));
    }

    [Fact]
    public void Read_PlaceOfTheVersionBefore_IsTaken()
    {
        var text = Base64Url.EncodeToString(Encoding.UTF8.GetBytes("1\ngw-01/20260501T120000-3fa9b2c1 17\ngw 02/x 3"));
        var cursor = FeedCursor.Read(text)!;
        Assert.Equal((17L, 3L), (cursor.NextOf("gw-01/20260501T120000-3fa9b2c1"), cursor.NextOf("gw 02/x")));

        cursor.Pass(SinkSample.Stored(TestRecords.Disclosure(), 3, "gw 02/x"));
        Assert.Equal(4, FeedCursor.Read(cursor.Write())!.NextOf("gw 02/x"));
    }

    [Fact]
    public void Read_AnyBytes_AreAPlaceOrNone()
    {
        var random = new Random(11);
        for (var round = 0; round < 5_000; round++)
        {
            var bytes = new byte[random.Next(40)];
            random.NextBytes(bytes);
            if (bytes.Length > 0 && round % 2 == 0)
            {
                bytes[0] = (byte)random.Next(2, 4);
            }

            _ = FeedCursor.Read(Base64Url.EncodeToString(bytes));
        }

        Assert.Null(FeedCursor.Read(new string('A', FeedCursor.MostText + 4)));
    }

    private static string Log(int number) => string.Create(CultureInfo.InvariantCulture, $"gw-{number:000}/20260501T120000-3fa9b2c1");

    private static long PlaceOf(int number) => 1 + ((long)number * number * 1_000_003);
}
