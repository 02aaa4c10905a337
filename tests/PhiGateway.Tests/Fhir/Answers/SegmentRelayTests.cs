using System.Text;
using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Answers.Streaming;
using Xunit;
using static PhiGateway.Tests.Fhir.Answers.AnswerCases;

namespace PhiGateway.Tests.Fhir.Answers;

/// <summary>A segment is read and judged while the one before it is recorded and sent; they leave one after the other all the same.</summary>
public sealed class SegmentRelayTests
{
    private const int Records = 60;

    private static readonly StreamLimits Small = new() { SegmentBytes = 1000, MaxResourceBytes = 300_000 };

    public static TheoryData<bool> Kinds => [true, false];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Run_SegmentIsStillLeaving_TheNextIsJudgedAndWaits(bool isFile)
    {
        using var source = new WatchedStream(BodyOf(isFile));
        var leaves = new TaskCompletionSource();
        var (text, running, segments, released) = (new StringBuilder(), 0, 0, 0);
        var run = RunAsync(
            isFile,
            source,
            async (segment, disclosure, _) =>
            {
                Assert.Equal(1, Interlocked.Increment(ref running));
                segments++;
                var (before, count) = (source.Given, disclosure.Resources.Count);
                if (segments == 1)
                {
                    await source.ReadBeyond(before).WaitAsync(TestContext.Current.CancellationToken);
                    await leaves.Task;
                }
                else
                {
                    await Task.Yield();
                }

                // What was handed over is as it was.
                Assert.Equal(count, disclosure.Resources.Count);
                text.Append(Encoding.UTF8.GetString(segment.Span));
                released += count;
                Interlocked.Decrement(ref running);
            }
        );
        Assert.False(run.IsCompleted);
        leaves.SetResult();

        Assert.Equal(StreamVerdict.Complete, await run);
        Assert.Equal((0, Records), (running, released));
        Assert.True(segments > 3);
        var plain = new StringBuilder();
        using var again = new WatchedStream(BodyOf(isFile));
        await RunAsync(
            isFile,
            again,
            (segment, _, _) =>
            {
                plain.Append(Encoding.UTF8.GetString(segment.Span));
                return ValueTask.CompletedTask;
            }
        );
        Assert.Equal(plain.ToString(), text.ToString());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Run_SegmentMayNotLeave_ThatIsWhyItEnds(bool isFile)
    {
        using var source = new WatchedStream(BodyOf(isFile));
        var segments = 0;

        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            RunAsync(
                isFile,
                source,
                async (_, _, _) =>
                {
                    segments++;
                    await source.BreakAsync();
                    throw new InvalidOperationException("refused");
                }
            )
        );

        Assert.Equal(("refused", 1), (fault.Message, segments));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Run_UpstreamBreaksWhileASegmentLeaves_EndsBehindIt(bool isFile)
    {
        using var source = new WatchedStream(BodyOf(isFile));
        var left = 0;

        await Assert.ThrowsAsync<IOException>(() =>
            RunAsync(
                isFile,
                source,
                async (segment, _, _) =>
                {
                    await source.BreakAsync();
                    await Task.Yield();
                    left += segment.Length;
                }
            )
        );

        Assert.True(left > 0);
    }

    private static byte[] BodyOf(bool isFile)
    {
        var records = Enumerable.Range(0, Records).Select(static place => Observation("o" + place, "1")).ToArray();
        return Encoding.UTF8.GetBytes(isFile ? string.Join('\n', records) : SearchSet(records));
    }

    private static Task<StreamVerdict> RunAsync(bool isFile, Stream source, SegmentHandler handler) =>
        isFile
            ? NdjsonFilter.RunAsync(source, TestPolicy.For("1"), Context, handler, Small, CancellationToken.None).AsTask()
            : BundleStreamFilter
                .RunAsync(Search(), source, TestPolicy.For("1"), Context, AnswerOptions.Default, handler, Small, CancellationToken.None)
                .AsTask();

    /// <summary>Gives so much at a time, tells how far it was read, and breaks where it is told to.</summary>
    private sealed class WatchedStream(byte[] bytes) : MemoryStream(bytes)
    {
        private const int Piece = 500;

        private readonly TaskCompletionSource _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _beyond = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private long _mark = long.MaxValue;
        private bool _breaks;

        public long Given => Position;

        /// <summary>From the next read on; returns when there was one.</summary>
        public Task BreakAsync()
        {
            _breaks = true;
            return _broken.Task;
        }

        public Task ReadBeyond(long mark)
        {
            _mark = mark;
            return _beyond.Task;
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position > _mark)
            {
                _beyond.TrySetResult();
            }

            if (_breaks)
            {
                _broken.TrySetResult();
                throw new IOException("cut");
            }

            return await base.ReadAsync(buffer.Length > Piece ? buffer[..Piece] : buffer, cancellationToken);
        }
    }
}
