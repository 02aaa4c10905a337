using PhiGateway.Watch.Feed;
using PhiGateway.Watch.Usage;
using Xunit;

namespace PhiGateway.Tests.Watch.Usage;

/// <summary>How many patients something was used for: exactly while they are few, near enough after that, and the same after a restart.</summary>
public sealed class PatientSketchTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(PatientSketch.MostExact)]
    public void Count_OfAFew_IsExact_HoweverOftenTheyCome(int patients)
    {
        var sketch = Of(0, patients);
        for (var round = 0; round < 3; round++)
        {
            foreach (var patient in Hashes(0, patients))
            {
                sketch.Add(patient);
            }
        }

        Assert.Equal((patients, false), ((int)sketch.Count, sketch.IsEstimate));
    }

    // Four standard errors; the hashes are the same in every run.
    [Theory]
    [InlineData(33)]
    [InlineData(100)]
    [InlineData(300)]
    [InlineData(1_000)]
    [InlineData(10_000)]
    [InlineData(200_000)]
    public void Count_OfMany_IsNear(int patients)
    {
        var sketch = Of(0, patients);

        Assert.True(sketch.IsEstimate);
        Assert.InRange(sketch.Count, patients * 0.64, patients * 1.36);
    }

    [Theory]
    [InlineData(5, 5)]
    [InlineData(5, 500)]
    [InlineData(500, 5)]
    [InlineData(500, 700)]
    [InlineData(20, 20)]
    public void Add_ASketch_IsTheSameAsAddingItsPatients(int first, int second)
    {
        var sketch = Of(0, first);
        sketch.Add(Of(first / 2, second));
        var whole = Of(0, first);
        foreach (var patient in Hashes(first / 2, second))
        {
            whole.Add(patient);
        }

        Assert.Equal((whole.Count, whole.IsEstimate), (sketch.Count, sketch.IsEstimate));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(PatientSketch.MostExact)]
    [InlineData(2_000)]
    public void Read_OfWhatWasWritten_GoesOnWhereItWas(int patients)
    {
        var before = Of(0, patients);
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream, System.Text.Encoding.UTF8, leaveOpen: true))
        {
            before.Write(writer);
        }

        Assert.InRange(stream.Length, 1, 129);
        stream.Position = 0;
        var after = PatientSketch.Read(new BinaryReader(stream));
        foreach (var patient in Hashes(patients, 50))
        {
            before.Add(patient);
            after.Add(patient);
        }

        Assert.Equal((before.Count, before.IsEstimate), (after.Count, after.IsEstimate));
    }

    [Theory]
    [InlineData(new byte[] { 255, 1, 2 })]
    [InlineData(new byte[] { 200, 1, 2, 3, 4 })]
    public void Read_OfWhatIsNone_IsToldAsNoSketch(byte[] bytes) =>
        Assert.Throws<FormatException>(() => PatientSketch.Read(new BinaryReader(new MemoryStream(bytes))));

    private static PatientSketch Of(int from, int many)
    {
        var sketch = new PatientSketch();
        foreach (var patient in Hashes(from, many))
        {
            sketch.Add(patient);
        }

        return sketch;
    }

    private static IEnumerable<ulong> Hashes(int from, int many) =>
        Enumerable.Range(from, many).Select(static number => StableHash.Of($"pseudonym-{number}"));
}
