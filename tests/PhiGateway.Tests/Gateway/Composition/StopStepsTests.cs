using Microsoft.Extensions.Logging.Abstractions;
using PhiGateway.Gateway.Composition;
using Xunit;

namespace PhiGateway.Tests.Gateway.Composition;

public sealed class StopStepsTests
{
    [Fact]
    public async Task Take_AStepThatThrows_LeavesTheStepsBehindItToBeTaken()
    {
        var taken = new List<string>();
        ValueTask Take(string step)
        {
            taken.Add(step);
            return step == "listener" ? throw new InvalidOperationException() : ValueTask.CompletedTask;
        }

        foreach (var log in new[] { NullLogger.Instance, null })
        {
            taken.Clear();
            var steps = new StopSteps(log);
            foreach (var step in new[] { "listener", "loops", "journal" })
            {
                await steps.TakeAsync(step, () => Take(step));
            }

            Assert.Equal(["listener", "loops", "journal"], taken);
            Assert.Equal(1, steps.Failed);
        }
    }
}
