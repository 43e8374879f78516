import "./l2c/util";
import "./l2c/follow_up_dialog";
import "./l2c/batch_result";
import "./l2c/seat_actions";
import "./l2c/duplicates";
import "./l2c/contract_actions";
import "./l2c/contract_revision";
import "./l2c/collection_actions";
