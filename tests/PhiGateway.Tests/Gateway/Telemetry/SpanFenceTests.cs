using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Trace;
using PhiGateway.Gateway.Telemetry;
using Xunit;

namespace PhiGateway.Tests.Gateway.Telemetry;

/// <summary>What a span still says when it reaches an exporter.</summary>
public sealed class SpanFenceTests
{
    private const string Canary = "canary-patient-77d0";

    [Fact]
    public void OnEnd_SpanWithUrls_KeepsOnlyWhatIsAllowed()
    {
        var span = Assert.Single(
            Export(static span =>
            {
                span.DisplayName = $"GET /fhir/Patient/{Canary}";
                span.SetTag("url.path", $"/fhir/Patient/{Canary}")
                    .SetTag("url.query", $"patient={Canary}")
                    .SetTag("user_agent.original", Canary);
                span.SetTag("phi_gateway.decision_id", "01990000-0000-7000-8000-000000000001");
                span.SetTag("http.request.method", "GET").SetTag("http.response.status_code", 200).SetTag("http.route", "/fhir/{**rest}");
                span.SetStatus(ActivityStatusCode.Error, Canary);
            })
        );

        Assert.Equal(
            ["http.request.method", "http.response.status_code", "http.route", "phi_gateway.decision_id"],
            span.TagObjects.Select(static tag => tag.Key).Order()
        );
        Assert.Equal("GET /fhir/{**rest}", span.DisplayName);
        Assert.Equal(ActivityStatusCode.Error, span.Status);
        Assert.Null(span.StatusDescription);
    }

    [Fact]
    public void OnEnd_SpanWithAnEvent_IsNotExported() =>
        Assert.Empty(
            Export(static span =>
                span.AddEvent(new ActivityEvent("exception", tags: new ActivityTagsCollection { ["exception.message"] = Canary }))
            )
        );

    [Fact]
    public void Propagator_ContextOfAClient_NeitherEntersNorLeaves()
    {
        var propagator = new ClosedPropagator();
        using var activity = new Activity("out").Start();
        activity.AddBaggage("a", Canary);
        var sent = new List<string>();

        propagator.Inject(activity, sent, (_, name, _) => sent.Add(name));
        propagator.ExtractTraceIdAndState(
            null,
            static (object? _, string _, out string? value, out IEnumerable<string>? values) => (value, values) = (Canary, null),
            out var id,
            out var state
        );

        Assert.Empty(sent);
        Assert.Null(id);
        Assert.Null(state);
    }

    private static List<Activity> Export(Action<Activity> write)
    {
        var name = $"test-{Guid.NewGuid()}";
        using var source = new ActivitySource(name);
        var exported = new List<Activity>();
        using (
            var provider = TelemetrySetup
                .AddSpans(Sdk.CreateTracerProviderBuilder().AddSource(name))
                .AddProcessor(new SimpleActivityExportProcessor(new Kept(name, exported)))
                .Build()
        )
        {
            using var span = source.StartActivity("work", ActivityKind.Server);
            write(span!);
        }

        return exported;
    }

    private sealed class Kept(string source, List<Activity> exported) : BaseExporter<Activity>
    {
        public override ExportResult Export(in Batch<Activity> batch)
        {
            foreach (var span in batch)
            {
                // Other tests' requests are seen too.
                if (span.Source.Name == source)
                {
                    exported.Add(span);
                }
            }

            return ExportResult.Success;
        }
    }
}
