using BenchmarkDotNet.Attributes;
using PhiGateway.Benchmarks.Answers;
using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Requests;
using PhiGateway.Fhir.Scopes;

namespace PhiGateway.Benchmarks.Requests;

/// <summary>From the raw target to the FHIR request with all its parts; and a token's scope.</summary>
[MemoryDiagnoser]
public class UnderstandBenchmarks
{
    [Benchmark(Baseline = true)]
    public bool Read() => Understand("/fhir/Observation/o1");

    [Benchmark]
    public bool Search() => Understand("/fhir/Observation?patient=17&category=laboratory");

    [Benchmark]
    public bool SearchWithInclude() =>
        Understand(
            "/fhir/Observation?patient=Patient/17&category=http://terminology.hl7.org/CodeSystem/observation-category%7Claboratory&_include=Observation:subject&_count=50"
        );

    [Benchmark]
    public int Scope() =>
        SmartScopeReader.Read("system/Observation.rs system/Patient.r patient/Condition.rs?category=problem-list-item openid").Scopes.Count;

    private static bool Understand(string target) =>
        CanonicalReader.Read("GET", target, "/fhir").TryGet(out var line, out _)
        && FhirRequestReader.Read(line, default, default, AnswerSamples.Context).TryGet(out _, out _);
}
