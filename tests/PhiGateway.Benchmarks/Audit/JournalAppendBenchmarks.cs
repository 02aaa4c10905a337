using BenchmarkDotNet.Attributes;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;

namespace PhiGateway.Benchmarks.Audit;

/// <summary>
/// What one durable audit record costs: encoding alone, alone on the disk, and in group commits of 32 waiters. The budget is 2 µs of CPU
/// beside the flush.
/// </summary>
[MemoryDiagnoser]
public class JournalAppendBenchmarks
{
    private const int Appenders = 32;
    private const int Turns = 32;

    private readonly AuditRecord _record = Record(0);
    private readonly Task[] _appends = new Task[Appenders];
    private byte[] _buffer = new byte[4096];
    private string _directory = string.Empty;
    private FileJournal _journal = null!;

    [GlobalSetup]
    public void Setup()
    {
        _directory = Directory.CreateTempSubdirectory("phigw-bench-").FullName;
        _journal = FileJournal
            .OpenAsync(
                new JournalOptions
                {
                    Directory = _directory,
                    LogName = "bench",
                    Budget = 2L << 30,
                },
                TimeProvider.System
            )
            .GetAwaiter()
            .GetResult();
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _journal.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Directory.Delete(_directory, recursive: true);
    }

    [Benchmark]
    public int Encode() => AuditRecordWriter.Write(_record, ref _buffer, 0);

    [Benchmark(OperationsPerInvoke = Turns)]
    public void AppendOne()
    {
        for (var turn = 0; turn < Turns; turn++)
        {
            _journal.AppendAsync(_record).AsTask().GetAwaiter().GetResult();
        }

        // What is shipped may be overwritten: the journal's room never ends.
        _journal.Acknowledge(_journal.DurableSequence);
    }

    [Benchmark(OperationsPerInvoke = Appenders * Turns)]
    public void AppendThirtyTwo()
    {
        for (var turn = 0; turn < Turns; turn++)
        {
            for (var i = 0; i < Appenders; i++)
            {
                _appends[i] = _journal.AppendAsync(_record).AsTask();
            }

            Task.WhenAll(_appends).GetAwaiter().GetResult();
        }

        _journal.Acknowledge(_journal.DurableSequence);
    }

    /// <summary>A disclosure of a read, as the gateway writes it; its patient and its id follow from its number.</summary>
    internal static AuditRecord Record(int number) =>
        new()
        {
            Id = number == 0 ? new Guid("0199aabb-ccdd-7eee-8fff-001122334455") : Guid.CreateVersion7(),
            Kind = AuditKind.Disclosure,
            Event = "read",
            Time = new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero).AddMilliseconds(number),
            Decision = "permit",
            Rule = "lab-results-to-chart/1",
            Revision = 4711,
            Tenant = "north",
            Environment = "production",
            Client = "acme-results-connector",
            UseCase = "lab-results-to-chart",
            Organization = "acme-lab",
            Agreement = "baa-acme",
            Approval = "acme-results-connector-20260203t101500z",
            Approvers = ["li.wei@hospital.example"],
            Owner = "mary.smith@hospital.example",
            Issuer = "hospital-idp",
            IssuerClientId = "acme-connector",
            Subject = "acme-connector",
            TokenHash = new string('a', 64),
            Binding = "dpop",
            Purpose = "TREAT",
            Scope = "system/Observation.rs system/Patient.rs",
            Peer = "203.0.113.17",
            Method = "GET",
            Template = "GET /Observation/{id}",
            Interaction = "read",
            ResourceType = "Observation",
            RawTarget = $"/fhir/Observation/f{number % 1000:000}",
            Patients = [$"f{number % 1000:000}"],
            CoveredBy = ["roster/acme-orders"],
            PatientState = "known",
            Resources = [$"Observation/f{number % 1000:000}"],
            ResourceCount = 1,
            Upstream = "ehr/a",
            UpstreamStatus = 200,
            Status = 200,
            Bytes = 1742,
        };
}
