using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Snapshot;
using Yarp.ReverseProxy.Model;

namespace PhiGateway.Gateway.Exchange;

internal sealed partial class GatewayExchange
{
    /// <summary>Reads what stages found out about a request so far, for records, refusals and handles; null: not run yet.</summary>
    /// <param name="exchange">The request.</param>
    internal readonly struct KnownSoFar(GatewayExchange exchange)
    {
        /// <summary>Null when no route matched.</summary>
        public PhiRoute? Route => exchange.MatchedRoute;

        /// <summary>YARP's view of the route; null when no route matched.</summary>
        public IReverseProxyFeature? Proxy => exchange.MatchedProxy;

        public CanonicalRequest? Canonical => exchange._ingressed.IsFilled ? exchange._ingressed.Value.Canonical : null;

        public Caller? Caller => exchange._identified.IsFilled ? exchange._identified.Value.Caller : null;

        /// <summary>Null also when nobody is registered under the caller's identity.</summary>
        public ClientEntry? Client => exchange._identified.IsFilled ? exchange._identified.Value.Entry : null;

        /// <summary>The request as it came; null also for an entry that could not be read.</summary>
        public FhirRequest? Asked => exchange._understood.IsFilled && exchange.Asked is { Unread: null } asked ? asked : null;

        /// <summary>The request as it is decided and forwarded.</summary>
        public FhirRequest? Request
        {
            get
            {
                if (exchange._recognized.IsFilled)
                {
                    return exchange._recognized.Value.Request;
                }

                if (exchange._settled.IsFilled && exchange._settled.Value.Request is { } settled)
                {
                    return settled;
                }

                if (exchange._resolved.IsFilled)
                {
                    return exchange._resolved.Value.Request;
                }

                return exchange._understood.IsFilled ? exchange._understood.Value.Request : null;
            }
        }

        /// <summary>The newest permit: of what was recognized, over all facts, or before the facts.</summary>
        public Permit? Permit
        {
            get
            {
                if (exchange._recognized.IsFilled)
                {
                    return exchange._recognized.Value.Permit;
                }

                if (exchange._settled.IsFilled)
                {
                    return exchange._settled.Value.Permit;
                }

                return exchange._decided.IsFilled ? exchange._decided.Value.Permit : null;
            }
        }

        /// <summary>The reply to the client's own call; null before it was sent.</summary>
        public UpstreamReply? Reply => exchange._forwarded.IsFilled ? exchange._forwarded.Value.Reply : null;

        /// <summary>The place among the client's requests; null for a public document.</summary>
        public AdmissionTicket? Ticket => exchange.Whole._admitted.IsFilled ? exchange.Whole._admitted.Value.Ticket : null;
    }
}
