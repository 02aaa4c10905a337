using System.Buffers;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Resources;
using PhiGateway.Policy.Decisions;

namespace PhiGateway.Benchmarks.Answers;

/// <summary>What reading the answer costs: the budget is 3 µs for two kilobytes and 300 MB/s for a megabyte.</summary>
[MemoryDiagnoser]
public class AnswerBenchmarks
{
    private readonly byte[] _observation = AnswerSamples.Observation("o1");
    private readonly byte[] _searchSet = AnswerSamples.SearchSet(1024 * 1024);
    private readonly ResourceFacts _facts = new();
    private readonly Disclosure _disclosure = new();
    private readonly ArrayBufferWriter<byte> _output = new(2 * 1024 * 1024);

    // What System.Text.Json takes for the same bytes without looking at any: the rest of a scan is what judging costs.
    [Benchmark(Baseline = true)]
    public int ReaderAlone2KB()
    {
        var reader = new Utf8JsonReader(_observation);
        var tokens = 0;
        while (reader.Read())
        {
            tokens++;
        }

        return tokens;
    }

    [Benchmark]
    public bool Scan2KB() => ResourceScanner.TryScan(_observation, AnswerSamples.Policy, AnswerSamples.Context, _facts);

    [Benchmark]
    public AnswerVerdict FilterRead2KB()
    {
        _disclosure.Reset();
        _output.ResetWrittenCount();
        return AnswerFilter.Filter(AnswerSamples.Read, _observation, AnswerSamples.Policy, AnswerSamples.Context, _output, _disclosure);
    }

    [Benchmark]
    public AnswerVerdict FilterSearch1MB()
    {
        _disclosure.Reset();
        _output.ResetWrittenCount();
        return AnswerFilter.Filter(AnswerSamples.Search, _searchSet, AnswerSamples.Policy, AnswerSamples.Context, _output, _disclosure);
    }
}
