import "./l2c/util";
import "./l2c/follow_up_dialog";
import "./l2c/batch_result";
import "./l2c/seat_actions";
