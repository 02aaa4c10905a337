using PhiGateway.EndToEnd.Peers;
using Xunit;

namespace PhiGateway.EndToEnd.Faults.Rounds;

public sealed class SqliteFaultRoundsTests(SqliteFaultWorld world, SumDatabase go, ITestOutputHelper output)
    : FaultRoundsTests(world, go, output),
        IClassFixture<SqliteFaultWorld>;
