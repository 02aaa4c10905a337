using PhiGateway.Gateway.Configuration;
using Xunit;

namespace PhiGateway.Tests.Gateway.Configuration;

/// <summary>Settings that contradict each other are refused at the start, each of them fine by itself.</summary>
public sealed class FollowingValidatorTests
{
    [Theory]
    [InlineData(10, 1, 2, 900, "Registry:MaxUnconfirmed")]
    [InlineData(0.25, 5, 2, 900, "Registry:MaxUnconfirmed")]
    [InlineData(1.5, 1, 2, 900, "Registry:MaxUnconfirmed")]
    [InlineData(0.25, 1, 30, 20, "Registry:MaxSnapshotAge")]
    public void Validate_LengthsThatContradictEachOther_AreRefused(
        double poll,
        double timeout,
        double unconfirmed,
        double age,
        string key
    ) => Assert.Equal([key], Find(poll, timeout, unconfirmed, age));

    [Theory]
    [InlineData(0.25, 1, 2, 900)]
    [InlineData(1, 1, 2, 900)]
    [InlineData(10, 1, 11, 900)]
    [InlineData(0.25, 1, 2, 5)]
    [InlineData(0.25, 1, 20, 20)]
    public void Validate_LengthsThatFit_AreTaken(double poll, double timeout, double unconfirmed, double age) =>
        Assert.Empty(Find(poll, timeout, unconfirmed, age));

    [Fact]
    public void Validate_Defaults_AreTaken()
    {
        var problems = new List<string>();
        FollowingValidator.Validate(new RegistryOptions(), (key, _) => problems.Add(key));
        Assert.Empty(problems);
    }

    // What is out of its own bounds is told as that alone.
    [Fact]
    public void Validate_LengthOutOfItsOwnBounds_IsToldOnce() => Assert.Equal(["Registry:PollInterval"], Find(60, 1, 2, 900));

    private static List<string> Find(double poll, double timeout, double unconfirmed, double age)
    {
        var problems = new List<string>();
        FollowingValidator.Validate(
            new RegistryOptions
            {
                PollInterval = TimeSpan.FromSeconds(poll),
                PollTimeout = TimeSpan.FromSeconds(timeout),
                MaxUnconfirmed = TimeSpan.FromSeconds(unconfirmed),
                MaxSnapshotAge = TimeSpan.FromSeconds(age),
            },
            (key, _) => problems.Add(key)
        );
        return problems;
    }
}
