using PhiGateway.Gateway.Composition;
using Xunit;

namespace PhiGateway.Tests.Gateway.Composition;

/// <summary>What works behind the requests stays on its own thread, which steps back, from its first step to its last.</summary>
public sealed class BackgroundThreadTests
{
    [Fact]
    public async Task RunAsync_LoopThatWaits_GoesOnOnTheSameThread()
    {
        using var thread = new BackgroundThread("test");
        var seen = new List<int>();

        await thread.RunAsync(async () =>
        {
            for (var i = 0; i < 3; i++)
            {
                seen.Add(Environment.CurrentManagedThreadId);
                await Task.Delay(1, TestContext.Current.CancellationToken);
                await Task.Run(static () => { }, TestContext.Current.CancellationToken);
            }

            seen.Add(Environment.CurrentManagedThreadId);
        });

        Assert.Equal(4, seen.Count);
        Assert.Single(seen.Distinct());
        Assert.NotEqual(Environment.CurrentManagedThreadId, seen[0]);
    }

    [Fact]
    public async Task RunAsync_LoopThatFails_GivesItsFault()
    {
        using var thread = new BackgroundThread("test");

        await Assert.ThrowsAsync<InvalidDataException>(() =>
            thread.RunAsync(async () =>
            {
                await Task.Yield();
                throw new InvalidDataException("as told");
            })
        );
    }

    [Fact]
    public async Task RunAsync_OnLinux_IsNicerThanTheProcess()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "niceness by thread is Linux's");
        using var thread = new BackgroundThread("nice test");
        var nice = await thread.RunAsync(() => Task.FromResult(NiceOfThread("nice test")));

        Assert.True(nice > NiceOfThread(null), $"nice {nice}");
    }

    [Fact]
    public void FillPool_BeforeAnyWork_StartsAWorkerForEachProcessor()
    {
        BackgroundThread.FillPool();

        Assert.True(ThreadPool.ThreadCount >= Environment.ProcessorCount, $"{ThreadPool.ThreadCount} workers");
    }

    // Field 19 of /proc/…/stat (proc(5)); the name stands in brackets before it. The kernel keeps 15 letters of a thread's name.
    private static int NiceOfThread(string? name)
    {
        foreach (var task in Directory.GetDirectories("/proc/self/task"))
        {
            if (name is null ? Path.GetFileName(task) == $"{Environment.ProcessId}" : ReadName(task) == name)
            {
                var stat = File.ReadAllText(Path.Combine(task, "stat"));
                return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[16], System.Globalization.CultureInfo.InvariantCulture);
            }
        }

        throw new InvalidOperationException($"no thread {name}");
    }

    // A thread may end while it is looked at.
    private static string? ReadName(string task)
    {
        try
        {
            return File.ReadAllText(Path.Combine(task, "comm")).Trim();
        }
        catch (IOException)
        {
            return null;
        }
    }
}
