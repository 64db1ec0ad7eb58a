using ShadowVm.Replication.Roles;
using static ShadowVm.Replication.Tests.Roles.Script;

namespace ShadowVm.Replication.Tests.Roles;

public class OutputGateTests
{
    private readonly RecordedActions _actions = new();

    [Fact]
    public void Outputs_leave_in_the_order_of_their_numbers_through_an_epoch()
    {
        var gate = new OutputGate(_actions);
        gate.Hold([Free(1, 1), Free(2, 1)]);
        gate.Hold([Free(3, 2)]);
        gate.Release(1);
        Assert.Equal([1UL, 2UL], _actions.Released);
        Assert.True(gate.Holds);
        gate.Release(5);
        Assert.Equal([1UL, 2UL, 3UL], _actions.Released);
        Assert.False(gate.Holds);
    }

    [Fact]
    public void Bytes_count_until_they_are_out_for_good()
    {
        var gate = new OutputGate(_actions);
        gate.Hold([Free(1, 1, bytes: 10), Free(2, 2, bytes: 5)]);
        Assert.Equal(15, gate.PendingBytes);
        gate.Release(1);
        Assert.Equal(15, gate.PendingBytes);
        gate.Confirm(1);
        Assert.Equal(5, gate.PendingBytes);
    }

    [Fact]
    public void Everything_is_out_only_when_the_backends_have_said_so()
    {
        var gate = new OutputGate(_actions);
        gate.Hold([Free(1, 1), Free(2, 1)]);
        gate.Release(1);
        Assert.False(gate.IsEmpty);
        Assert.False(gate.Confirm(2));
        Assert.True(gate.Confirm(1));
        Assert.True(gate.IsEmpty);
        Assert.Equal(2UL, gate.ReleasedThrough);
    }

    [Fact]
    public void Confirmation_of_an_unknown_number_changes_nothing()
    {
        var gate = new OutputGate(_actions);
        gate.StartAfter(4);
        Assert.False(gate.Confirm(9));
        Assert.Equal(4UL, gate.ReleasedThrough);
    }
}
